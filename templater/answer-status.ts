/** Exit statuses of the commands that tell how things are. */
export const answerStatus = { well: 0, notWell: 1, badFlags: 2, unknown: 3 } as const;
