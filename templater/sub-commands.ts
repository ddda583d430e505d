/**
 * What `mesh-template WORD …` does besides keeping files: one row per word. The code of a command is loaded when it is used, so that the
 * others do not wait for it. To add one: a file that exports `(argv, parts) => exit status`, and its row, in the order of the help.
 */
import type { ProcessParts } from './process.js';

/** `argv` is what follows the command's name. @returns the exit status */
export type RunSubCommand = (argv: readonly string[], parts: ProcessParts) => Promise<number>;

export interface SubCommand {
  readonly name: string;
  /** One line for the help. */
  readonly about: string;
  readonly load: () => Promise<RunSubCommand>;
}

export const subCommands: readonly SubCommand[] = [
  {
    name: 'render',
    about: 'render one template to standard output',
    load: async () => (await import('./render/main.js')).renderMain,
  },
  {
    name: 'plan',
    about: 'show what a run would change, and change nothing',
    load: async () => (await import('./plan/plan-command.js')).planCommand,
  },
  {
    name: 'check',
    about: 'read everything, and list what templates need and what of it is missing',
    load: async () => (await import('./check/check-command.js')).checkCommand,
  },
  {
    name: 'test',
    about: 'golden tests of templates, without an agent',
    load: async () => (await import('./test-templates/test-command.js')).testCommand,
  },
  {
    name: 'convert',
    about: "confd's or consul-template's configuration as one file of our own",
    load: async () => (await import('./convert/convert-command.js')).convertCommand,
  },
  {
    name: 'versions',
    about: 'list the versions of files that can be put back',
    load: async () => (await import('./rollback/versions-command.js')).versionsCommand,
  },
  {
    name: 'rollback',
    about: 'put an older version of files back, and keep it',
    load: async () => (await import('./rollback/rollback-command.js')).rollbackCommand,
  },
  {
    name: 'resume',
    about: 'let what was rolled back follow its data again',
    load: async () => (await import('./rollback/resume-command.js')).resumeCommand,
  },
  {
    name: 'status',
    about: 'show what running processes do, what they wait for and what fails',
    load: async () => (await import('./status/command.js')).statusCommand,
  },
  {
    name: 'fleet',
    about: 'list which machines run which version',
    load: async () => (await import('./fleet/command.js')).fleetCommand,
  },
  {
    name: 'rollout',
    about: 'show, resume or abort a change that machines take in turns',
    load: async () => (await import('./rollout/command.js')).rolloutCommand,
  },
];

/** undefined when the first word is none: then it is for the program itself. */
export function subCommandNamed(word: string | undefined): SubCommand | undefined {
  return subCommands.find(({ name }) => name === word);
}
