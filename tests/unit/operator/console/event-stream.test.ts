import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { EventStream } from '../../../../src/operator/console/event-stream.ts';

/** A page that looks; `told` has what it was sent. */
function page() {
  const told: string[] = [];
  const response = Object.assign(new EventEmitter(), {
    writeHead: () => response,
    write: (text: string) => told.push(text),
    end: () => {},
  });
  return { told, response: response as unknown as ServerResponse & EventEmitter };
}

function stream(speed: number) {
  let version = 0;
  const events = new EventStream(() => ({ now: 1, speed, version }));
  const change = () => {
    version += 1;
    events.changed();
  };
  return { events, change };
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test('a change is told within a quarter of a second, several at once; without one the time is told each second', () => {
  const { events, change } = stream(1);
  const { told, response } = page();
  expect(events.add(response)).toBe(true);
  expect(told).toEqual(['data: {"now":1,"speed":1,"version":0}\n\n']);
  jest.advanceTimersByTime(250);
  expect(told).toHaveLength(1);
  for (let times = 0; times < 50; times += 1) change();
  jest.advanceTimersByTime(250);
  expect(told.slice(1)).toEqual(['data: {"now":1,"speed":1,"version":50}\n\n']);
  jest.advanceTimersByTime(1_000);
  expect(told).toHaveLength(3);
});

test('where time runs ahead it is told four times a second', () => {
  const { events } = stream(86_400);
  const { told, response } = page();
  events.add(response);
  jest.advanceTimersByTime(1_000);
  expect(told).toHaveLength(5);
});

test('who has gone is told nothing more, and then nobody is watching', () => {
  const { events, change } = stream(1);
  const { told, response } = page();
  events.add(response);
  expect(events.isWatched).toBe(true);
  response.emit('close');
  change();
  jest.advanceTimersByTime(5_000);
  expect(told).toHaveLength(1);
  expect(events.isWatched).toBe(false);
  expect(jest.getTimerCount()).toBe(0);
});

test('no more than 24 pages look at the same time', () => {
  const { events } = stream(1);
  const accepted = Array.from({ length: 25 }, () => events.add(page().response));
  expect(accepted.filter(Boolean)).toHaveLength(24);
  expect(accepted.at(-1)).toBe(false);
});
