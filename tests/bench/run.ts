import { cpus } from 'node:os';
import { benchReactor } from './reactor.bench.ts';

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
