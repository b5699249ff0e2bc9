import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { reporterFile } from '../../src/local/processes/reporter-file.ts';
import { createReporter } from '../../src/reporter/reporter.ts';
import { FolderSource } from '../../src/reporter/sources/folder.ts';
import { REAL_TIME } from '../../src/reporter/time.ts';

export interface ReporterBench {
  folders: number;
  /** Until all folders are watched. */
  startSeconds: number;
  /** Of this process while nobody writes, in CPU seconds per minute. */
  idleCpuSecondsPerMinute: number;
  /** While files are written as fast as another thread can. */
  burst: { files: number; seconds: number; longestBlockMs: number };
  reports: number;
  /** Of the built reporter in a process of its own, through its start and another such burst; Linux only. */
  process: { mostMiB: number; cpuSeconds: number };
}

/** Writes `files` files in a tree of folders, from a thread of its own. */
const WRITER = `
const { workerData } = require('node:worker_threads');
const { mkdirSync, writeFileSync } = require('node:fs');
for (let index = 0; index < workerData.files; index += 1) {
  const folder = workerData.root + '/package-' + Math.floor(index / 100);
  if (index % 100 === 0) mkdirSync(folder, { recursive: true });
  writeFileSync(folder + '/file-' + index, 'x');
}`;

/** An idle workspace of `files` files in folders of twenty, then a burst of `burst` more. Real files, this process. */
export async function benchReporter(files: number, burst: number): Promise<ReporterBench> {
  const root = mkdtempSync(join(tmpdir(), 'reporter-bench-'));
  // The reporter keeps no process alive by itself.
  const staying = setInterval(() => {}, 2 ** 30);
  try {
    for (let index = 0; index < files; index += 1) {
      const folder = join(root, `module-${Math.floor(index / 400)}`, `folder-${Math.floor(index / 20)}`);
      if (index % 20 === 0) mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `file-${index}`), '');
    }
    return { ...(await measure(root, burst)), process: await measureProcess(root, burst) };
  } finally {
    clearInterval(staying);
    rmSync(root, { recursive: true, force: true });
  }
}

async function measure(root: string, files: number): Promise<Omit<ReporterBench, 'process'>> {
  let reports = 0;
  const send = async () => {
    reports += 1;
    return { kind: 'taken' } as const;
  };
  const source = new FolderSource({ root, time: REAL_TIME, say: console.error });
  const began = performance.now();
  const reporter = createReporter({ way: { send }, sources: [source] });
  await source.settled();
  const startSeconds = (performance.now() - began) / 1_000;
  const folders = source.size;

  const idleFrom = process.cpuUsage();
  await new Promise((resolve) => void setTimeout(resolve, 5_000));
  const idle = process.cpuUsage(idleFrom);

  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const from = performance.now();
  await burstIn(root, files);
  await source.settled();
  delay.disable();
  await reporter.stop();
  return {
    folders,
    startSeconds,
    idleCpuSecondsPerMinute: ((idle.user + idle.system) / 1e6) * 12,
    burst: {
      files,
      seconds: (performance.now() - from) / 1_000,
      longestBlockMs: delay.max / 1e6,
    },
    reports,
  };
}

/** The built reporter on the same folder, with nobody to report to. */
async function measureProcess(root: string, files: number): Promise<ReporterBench['process']> {
  const env = { WORKSPACE_ROOT: root, WORKSPACE_TOKEN: 'a.b.c', WORKSPACE_API_URL: 'http://127.0.0.1:9' };
  const reporter = spawn(process.execPath, [await reporterFile(), '--no-git', '--no-socket'], {
    env,
    stdio: 'ignore',
  });
  await new Promise((resolve) => void setTimeout(resolve, 5_000));
  await burstIn(`${root}/again`, files);
  await new Promise((resolve) => void setTimeout(resolve, 2_000));
  const [, most = '0'] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${reporter.pid}/status`, 'utf8')) ?? [];
  // User and system time in ticks of a hundredth of a second (proc(5)).
  const ticks =
    readFileSync(`/proc/${reporter.pid}/stat`, 'utf8').split(') ')[1]?.split(' ').slice(11, 13) ?? [];
  reporter.kill();
  return {
    mostMiB: Number(most) / 1_024,
    cpuSeconds: ticks.reduce((sum, one) => sum + Number(one), 0) / 100,
  };
}

function burstIn(root: string, files: number): Promise<unknown> {
  return new Promise((resolve) => {
    new Worker(WRITER, { eval: true, workerData: { root, files } }).once('exit', resolve);
  });
}
