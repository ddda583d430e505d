import { expect, test } from 'vitest';
import { keyFromText } from '../../../../src/model/kv-key.js';
import { beginTurn, decide, endTurn, type Me, refusal } from '../../../../templater/rollout/decide.js';
import { type Contender, type RolloutRecord, type RolloutView, recordOfChange } from '../../../../templater/rollout/documents.js';
import { abortStep, resumeStep } from '../../../../templater/rollout/operator.js';

const now = '2026-01-31T12:00:00.000Z';
const change = { Hash: 'bad', Index: 42, Group: 'nginx' };
const lock = keyFromText('rollout/nginx');

function me(machine: string, more: Partial<Me> = {}, version = { sha256: 'bad', index: 42 }): Me {
  return { machine, group: 'nginx', version, settings: { lock, limit: 2 }, deployedIndex: 0, ...more };
}

function view({
  record,
  holders = [],
  dead = [],
  limit = 2,
}: {
  readonly record?: RolloutRecord;
  readonly holders?: readonly string[];
  readonly dead?: readonly string[];
  readonly limit?: number;
} = {}): RolloutView {
  const contenders: Contender[] = holders.map((machine) => ({ session: `session-${machine}`, machine, since: now }));
  return {
    lock: { Limit: limit, Holders: Object.fromEntries([...holders, ...dead].map((machine) => [`session-${machine}`, true] as const)) },
    lockIndex: 7,
    record,
    recordIndex: record === undefined ? 0 : 8,
    contenders: new Map(contenders.map((contender) => [contender.session, contender])),
  };
}

const going = recordOfChange('going', change, { Machine: 'web-1', Since: now, Done: 1 });
const stopped = recordOfChange('stopped', change, { Machine: 'web-1', Since: now, Reason: 'exit status 1' });
const aborted = recordOfChange('aborted', change, { Machine: 'web-1', Since: now, Reason: 'aborted on ops' });
const trying = recordOfChange('trying', change, { Machine: 'web-1', Since: now, Session: 'session-web-1' });
const other = { ...going, Hash: 'old', Index: 41 };

test.each([
  { name: 'nobody has taken the change: it is taken alone', state: view(), who: me('web-2'), decision: { kind: 'take', isFirst: true } },
  {
    name: 'somebody tries it: the others wait',
    state: view({ record: trying, holders: ['web-1'] }),
    who: me('web-2'),
    decision: { kind: 'wait', cause: 'turn', why: 'rollout/nginx: web-1 goes first' },
  },
  {
    name: 'who tried it has died: the next one tries',
    state: view({ record: trying, dead: ['web-1'] }),
    who: me('web-2'),
    decision: { kind: 'take', isFirst: true },
  },
  {
    name: 'it went well: the others follow',
    state: view({ record: going, holders: ['web-2'] }),
    who: me('web-3'),
    decision: { kind: 'take', isFirst: false },
  },
  {
    name: 'at most as many as the limit',
    state: view({ record: going, holders: ['web-2', 'web-3'] }),
    who: me('web-4'),
    decision: { kind: 'wait', cause: 'turn', why: 'rollout/nginx: 2 of 2 turns are taken, by web-2, web-3' },
  },
  {
    name: 'a place of the dead is free',
    state: view({ record: going, holders: ['web-2'], dead: ['web-3'] }),
    who: me('web-4'),
    decision: { kind: 'take', isFirst: false },
  },
  {
    name: 'it failed: nobody takes it',
    state: view({ record: stopped }),
    who: me('web-2'),
    decision: { kind: 'wait', cause: 'stopped', why: `rollout/nginx: stopped at ${now}, the change failed on web-1: exit status 1` },
  },
  {
    name: 'it failed: contents of another machine from the same data are the same change',
    state: view({ record: stopped }),
    who: me('web-2', {}, { sha256: 'bad for web-2', index: 42 }),
    decision: { kind: 'wait', cause: 'stopped', why: `rollout/nginx: stopped at ${now}, the change failed on web-1: exit status 1` },
  },
  {
    name: 'it failed: other contents on the machine where it failed are a correction',
    state: view({ record: stopped }),
    who: me('web-1', {}, { sha256: 'template mended', index: 42 }),
    decision: { kind: 'take', isFirst: true },
  },
  {
    name: 'it failed: newer data are another change',
    state: view({ record: stopped }),
    who: me('web-2', {}, { sha256: 'good', index: 43 }),
    decision: { kind: 'take', isFirst: true },
  },
  {
    name: 'aborted: nobody takes it',
    state: view({ record: aborted }),
    who: me('web-2'),
    decision: { kind: 'wait', cause: 'aborted', why: `rollout/nginx: the change was aborted at ${now}; the next one goes on` },
  },
  {
    name: 'another change waits until all turns of the one before have ended',
    state: view({ record: other, holders: ['web-3', 'web-4'] }),
    who: me('web-2'),
    decision: { kind: 'wait', cause: 'turn', why: 'rollout/nginx: web-3, web-4 go first' },
  },
  {
    name: 'contents of its own count as proven where only data changed',
    state: view({ record: going, holders: ['web-2'] }),
    who: me('web-3', { deployedIndex: 40 }, { sha256: 'good for web-3', index: 42 }),
    decision: { kind: 'take', isFirst: false },
  },
  {
    name: 'contents of its own are tried alone where the template may have changed',
    state: view({ record: going, holders: ['web-2'] }),
    who: me('web-3', { deployedIndex: 42 }, { sha256: 'good for web-3', index: 42 }),
    decision: { kind: 'wait', cause: 'turn', why: 'rollout/nginx: web-2 goes first' },
  },
] as const)('$name', ({ state, who, decision }) => {
  expect(decide(state, who, { session: 'mine' })).toEqual(decision);
});

test('a limit that is not that of the lock is said, with the way out', () => {
  const decision = decide(view({ limit: 3 }), me('web-2'), { session: '' });
  expect(decision).toMatchObject({ kind: 'wait', cause: 'conflict' });
  expect(decision).toHaveProperty('why', expect.stringContaining('the lock has limit 3, the configuration of this machine says 2'));
});

test('a turn that was given while the answer got lost is recognized', () => {
  expect(decide(view({ record: trying, holders: ['web-1'] }), me('web-1'), { session: 'session-web-1' })).toEqual({ kind: 'taken' });
});

test('the first turn says that somebody tries, later ones leave the record; the dead go', () => {
  const first = beginTurn(view({ dead: ['web-9'] }), me('web-1'), { session: 'session-web-1', now, isFirst: true });
  expect(first).toEqual({ lock: { Limit: 2, Holders: { 'session-web-1': true } }, record: trying });
  const later = beginTurn(view({ record: going, holders: ['web-2'] }), me('web-3'), { session: 'session-web-3', now, isFirst: false });
  expect(later).toEqual({ lock: { Limit: 2, Holders: { 'session-web-2': true, 'session-web-3': true } }, record: undefined });
});

const done = { outcome: 'done', reason: '' } as const;
const failed = { outcome: 'rolled-back', reason: 'exit status 1' } as const;

test.each([
  { name: 'the trial went well', before: trying, who: 'web-1', end: done, after: going },
  { name: 'one more has taken it', before: going, who: 'web-2', end: done, after: { ...going, Done: 2 } },
  { name: 'the trial failed', before: trying, who: 'web-1', end: failed, after: stopped },
  {
    name: 'it failed on the third',
    before: { ...going, Done: 2 },
    who: 'web-3',
    end: failed,
    after: { ...stopped, Machine: 'web-3', Done: 2 },
  },
  { name: 'a success does not lift a stop', before: stopped, who: 'web-2', end: done, after: undefined },
  { name: 'a success does not lift an abortion', before: aborted, who: 'web-2', end: done, after: undefined },
  {
    name: 'a failure leaves an abortion one',
    before: aborted,
    who: 'web-2',
    end: failed,
    after: { ...aborted, Machine: 'web-2', Reason: 'exit status 1' },
  },
  { name: 'another change is not touched', before: other, who: 'web-2', end: failed, after: undefined },
  { name: 'the program ended: the next one tries', before: trying, who: 'web-1', end: 'interrupted', after: undefined },
] as const)('after a turn: $name', ({ before, who, end, after }) => {
  const session = `session-${who}`;
  const state = view({ record: before, holders: [who, 'web-7'] });
  expect(endTurn(state, me(who), { session, now, end })).toEqual({ lock: { Limit: 2, Holders: { 'session-web-7': true } }, record: after });
});

test.each([
  { name: 'stops what nobody has tried', state: view(), after: { ...stopped, Machine: 'web-2' } },
  { name: 'stops what goes well elsewhere', state: view({ record: going }), after: { ...stopped, Machine: 'web-2', Done: 1 } },
  { name: 'leaves what has stopped', state: view({ record: stopped }), after: undefined },
  { name: 'leaves what is aborted', state: view({ record: aborted }), after: undefined },
  { name: 'leaves another change that others are at', state: view({ record: other, holders: ['web-3'] }), after: undefined },
  { name: 'takes the place of a change that is over', state: view({ record: other }), after: { ...stopped, Machine: 'web-2' } },
] as const)('a check that failed before a turn $name', ({ state, after }) => {
  expect(refusal(state, me('web-2'), { now, reason: 'exit status 1' })).toEqual(after);
});

const moment = { now, operator: 'ops' };

test('resume lets what stopped go on, and says what was', () => {
  const step = resumeStep(view({ record: stopped }), { ...moment, limit: undefined });
  expect(step).toMatchObject({ kind: 'write', lock: undefined, record: { State: 'resumed', Hash: 'bad' } });
  expect(step).toHaveProperty('record.Reason', 'resumed on ops; before: exit status 1');
});

test('resume changes the limit of a lock', () => {
  const step = resumeStep(view({ record: going, holders: ['web-2'] }), { ...moment, limit: 3 });
  expect(step).toMatchObject({
    kind: 'write',
    lock: { Limit: 3, Holders: { 'session-web-2': true } },
    record: undefined,
    text: 'the limit is 3',
  });
});

test('resume refuses where nothing is held', () => {
  expect(resumeStep(view({ record: going }), { ...moment, limit: undefined })).toMatchObject({
    kind: 'refused',
    text: 'there is nothing to resume: the rollout is not stopped, it is going',
  });
});

test('abort works at any time but once', () => {
  expect(abortStep(view({ record: going }), moment)).toMatchObject({ kind: 'write', record: { State: 'aborted', Done: 1 } });
  expect(abortStep(view({ record: aborted }), moment)).toMatchObject({ kind: 'refused' });
  expect(abortStep(view(), moment)).toMatchObject({ kind: 'refused', text: 'there is no change to abort' });
});
