import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClockFile } from '../../../../src/local/time/clock-file.ts';
import { useDataFolder } from '../../../support/data-folder.ts';

const folder = useDataFolder();
const NOW = 1_767_225_600;

test('a new folder begins at the present second', () => {
  expect(new ClockFile(folder()).startOfStepped(NOW + 0.7)).toBe(NOW);
  expect(new ClockFile(folder()).offsetOfReal(NOW)).toBe(0);
});

test('an accelerated clock goes on where it stood, whatever the time is now', () => {
  new ClockFile(folder()).writeTime(NOW + 5_000.5);
  expect(new ClockFile(folder()).startOfStepped(NOW)).toBe(NOW + 5_000.5);
  expect(new ClockFile(folder()).startOfStepped(NOW + 90_000)).toBe(NOW + 5_000.5);
});

test('real time after an accelerated clock is moved ahead, and stays so over restarts', () => {
  new ClockFile(folder()).writeTime(NOW + 5_000);
  const offset = new ClockFile(folder()).offsetOfReal(NOW + 1_000);
  expect(offset).toBe(4_000);
  new ClockFile(folder()).writeOffset(offset);
  expect(new ClockFile(folder()).offsetOfReal(NOW + 2_000)).toBe(4_000);
  expect(new ClockFile(folder()).startOfStepped(NOW + 2_000)).toBe(NOW + 6_000);
});

test('real time after an accelerated clock that has been overtaken is the real time', () => {
  new ClockFile(folder()).writeTime(NOW);
  expect(new ClockFile(folder()).offsetOfReal(NOW + 10)).toBe(0);
});

test('a file that is none of ours is an error that names it', () => {
  writeFileSync(join(folder(), 'clock.json'), '{"time":"noon"}');
  expect(() => new ClockFile(folder())).toThrow(/clock\.json/);
});
