import { beforeEach, expect, test } from 'vitest';
import { FirstQuestions } from '../../../../templater/source/first-questions.js';
import { FakeClock, settle } from '../../../support/fake-clock.js';

let clock: FakeClock;
let questions: FirstQuestions;
let events: string[];
/** Question -> answers it. */
const open = new Map<string, () => void>();

beforeEach(() => {
  clock = new FakeClock();
  questions = new FirstQuestions(clock);
  events = [];
  open.clear();
});

const ask = (name: string) =>
  void questions.ask(
    () =>
      new Promise<void>((resolve) => {
        events.push(name);
        open.set(name, resolve);
      }),
  );
const waitForNews = async (name: string) => {
  await questions.answered();
  events.push(name);
};
const answer = async (name: string) => {
  open.get(name)?.();
  await settle();
  await settle();
};
const names = (count: number) => Array.from({ length: count }, (_, number) => `${number}`);

test('so many are under way, the others come in their order', async () => {
  for (const name of names(132)) ask(name);
  expect(events).toEqual(names(128));
  await answer('3');
  await answer('7');
  expect(events).toEqual(names(130));
  expect(clock.pending).toBe(2);
});

test('who waits for news begins when the last first question is answered', async () => {
  for (const name of names(2)) ask(name);
  void waitForNews('news');
  await answer('0');
  expect(events).toEqual(['0', '1']);
  await answer('1');
  expect(events).toEqual(['0', '1', 'news']);
  await waitForNews('more news');
  expect(events).toEqual(['0', '1', 'news', 'more news']);
});

test('nobody is held back by a question that takes long', async () => {
  for (const name of names(129)) ask(name);
  void waitForNews('news');
  await clock.advance(249);
  expect(events).toEqual(names(128));
  await clock.advance(1);
  expect(events.slice(128).sort()).toEqual(['128', 'news']);
  expect(clock.pending).toBe(0);
});

test('a question that fails lets the next one go', async () => {
  const failing = questions.ask(() => Promise.reject(new Error('refused')));
  for (const name of names(128)) ask(name);
  await expect(failing).rejects.toThrow('refused');
  await settle();
  expect(events).toEqual(names(128));
});
