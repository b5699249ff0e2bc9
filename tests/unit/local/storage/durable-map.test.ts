import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DurableMap } from '../../../../src/local/storage/durable-map.ts';
import { useDataFolder } from '../../../support/data-folder.ts';

const folder = useDataFolder();
const path = () => join(folder(), 'things', 'map.jsonl');
const lines = () => readFileSync(path(), 'utf8').split('\n').slice(0, -1);

test('what was set is there after a new start, without having been closed', () => {
  const map = new DurableMap<{ n: number }>(path());
  map.set('a', { n: 1 });
  map.set('b', { n: 2 });
  map.set('a', { n: 3 });
  map.delete('b');
  map.set('c', { n: 4 });

  const again = new DurableMap<{ n: number }>(path());
  expect(again.keys()).toEqual(['a', 'c']);
  expect(again.values()).toEqual([{ n: 3 }, { n: 4 }]);
  expect(again.get('b')).toBeUndefined();
  expect(again.size).toBe(2);
});

test('deleting says whether there was something, and writes nothing if not', () => {
  const map = new DurableMap<number>(path());
  map.set('a', 1);
  expect(map.delete('a')).toBe(true);
  expect(map.delete('a')).toBe(false);
  expect(lines()).toHaveLength(2);
});

test('a last line that was cut off is dropped, and what comes next is not glued to it', () => {
  const map = new DurableMap<string>(path());
  map.set('a', 'kept');
  map.close();
  appendFileSync(path(), '["set","b","lo');

  const again = new DurableMap<string>(path());
  expect(again.keys()).toEqual(['a']);
  again.set('c', 'new');
  expect(new DurableMap<string>(path()).keys()).toEqual(['a', 'c']);
});

test('a last line that lacks nothing but its end counts', () => {
  new DurableMap<number>(path()).close();
  writeFileSync(path(), '["set","a",1]\n["set","b",2]');
  expect(new DurableMap<number>(path()).get('b')).toBe(2);
});

test.each([
  ['not JSON', '["set","b",'],
  ['empty', ''],
  ['another shape', '{"b":1}'],
  ['an unknown change', '["add","b",1]'],
])('a line in the middle that is %s is an error with file and line', (_, bad) => {
  new DurableMap<number>(path()).close();
  const before = `["set","a",1]\n${bad}\n["set","c",3]\n`;
  writeFileSync(path(), before);
  expect(() => new DurableMap<number>(path())).toThrow(`${path()}:2: expected ["set", key, value]`);
  expect(readFileSync(path(), 'utf8')).toBe(before);
});

test('loading leaves one line per key and no temporary file', () => {
  const map = new DurableMap<number>(path());
  for (let n = 0; n < 10; n += 1) map.set('a', n);
  expect(lines()).toHaveLength(10);
  new DurableMap<number>(path());
  expect(lines()).toEqual(['["set","a",9]']);
  expect(existsSync(`${path()}.new`)).toBe(false);
});

test('a journal that is used for long stays small, and goes on after it was rewritten', () => {
  const map = new DurableMap<number>(path());
  map.set('other', -1);
  for (let n = 0; n < 5000; n += 1) map.set('a', n);
  expect(lines().length).toBeLessThan(1001);
  expect(new DurableMap<number>(path()).get('a')).toBe(4999);
  expect(new DurableMap<number>(path()).get('other')).toBe(-1);
});

test('a value that JSON cannot hold changes nothing', () => {
  const map = new DurableMap<unknown>(path());
  map.set('a', 1);
  expect(() => map.set('a', 1n)).toThrow(TypeError);
  expect(map.get('a')).toBe(1);
  expect(lines()).toHaveLength(1);
});
