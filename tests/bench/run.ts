import { cpus } from 'node:os';
import { benchBillingBug } from './billing-bug.bench.ts';
import { benchBundles } from './bundles.bench.ts';
import { benchConsole } from './console.bench.ts';
import { benchImpact } from './impact.bench.ts';
import { benchMigration } from './migration.bench.ts';
import { benchPurge } from './purge.bench.ts';
import { benchReactor } from './reactor.bench.ts';
import { benchReporter } from './reporter.bench.ts';
import { benchWalk } from './walk.bench.ts';

// Takes minutes, so it is played on request: npm run bench -- billing-bug
if (process.argv[2] === 'billing-bug') {
  await benchBillingBug(50, 100);
  process.exit(0);
}

// npm run bench -- reporter
if (process.argv[2] === 'reporter') {
  console.log(JSON.stringify(await benchReporter(100_000, 50_000), undefined, 2));
  process.exit(0);
}

// npm run bench -- migration [rows] [of those, without a wake-up]
if (process.argv[2] === 'migration') {
  const [rows = '1000000', unarmed = rows] = process.argv.slice(3);
  console.log(JSON.stringify(await benchMigration(Number(rows), Number(unarmed)), undefined, 2));
  process.exit(0);
}

// npm run bench -- walk [rows]
if (process.argv[2] === 'walk') {
  console.log(JSON.stringify(await benchWalk(Number(process.argv[3] ?? 1_000_000)), undefined, 2));
  process.exit(0);
}

// npm run bench -- impact [rows]
if (process.argv[2] === 'impact') {
  console.log(JSON.stringify(benchImpact(Number(process.argv[3] ?? 100_000)), undefined, 2));
  process.exit(0);
}

// npm run bench -- console
if (process.argv[2] === 'console') {
  console.log(JSON.stringify(await benchConsole(100_000), undefined, 2));
  process.exit(0);
}

console.log('Bundles of the functions: minified, and a fresh process each time, median of 20');
for (const { name, bytes, gzipBytes, startMs, clientsMs } of await benchBundles(20)) {
  const kB = (size: number) => `${(size / 1_000).toFixed(0).padStart(4)} kB`;
  console.log(
    `  ${name.padEnd(18)} ${kB(bytes)}, ${kB(gzipBytes)} gzipped; starts in ${startMs.median.toFixed(0).padStart(4)} ms, with the clients of AWS alone ${clientsMs.median.toFixed(0).padStart(4)} ms: ${(startMs.median / clientsMs.median).toFixed(2)} times`,
  );
}
if (process.argv[2] === 'bundles') process.exit(0);
console.log('');

const reactor = await benchReactor();
const { median, lowest, highest, runs } = reactor.perRecordNs;
console.log(`node ${process.version}, ${cpus()[0]?.model}, one core\n`);
console.log('Reactor, no-op path: batches of 1,000 heartbeats of armed workspaces, no call to anywhere');
console.log(
  `  ${Math.round(reactor.recordsPerSecond).toLocaleString('en')} records per second (median of ${runs})`,
);
console.log(`  ${median.toFixed(0)} ns per record (${lowest.toFixed(0)} to ${highest.toFixed(0)})`);
for (const { part, ns } of reactor.shares) {
  console.log(
    `  ${part.padEnd(36)} ${ns.toFixed(0).padStart(6)} ns  ${((100 * ns) / median).toFixed(0).padStart(3)} %`,
  );
}

console.log('\nDeleting a home: small files in a deep tree on a local disk, in slices of 5 s');
// The small one first: it also warms the code up, so that the memory of the others is that of their files.
for (const files of [2_000, 20_000, 200_000]) {
  const { entries, deepestPath, slices, seconds, entriesPerSecond, rss, heap } = await benchPurge(files);
  const count = (value: number) => Math.round(value).toLocaleString('en');
  console.log(
    `  ${count(files)} files (${count(entries)} entries, paths to ${deepestPath} bytes): ${seconds.toFixed(1)} s in ${slices} slices, ${count(entriesPerSecond)} entries per second`,
  );
  console.log(
    `    RSS ${rss.before.toFixed(0)} MiB before, ${rss.most.toFixed(0)} at most; heap ${heap.before.toFixed(0)} MiB before, ${heap.most.toFixed(0)} at most`,
  );
}
