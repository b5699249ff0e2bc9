import { readTemplate } from '../../../src/local/template/template.ts';

const TEMPLATE = readTemplate('serverless.yml');

/** An on-demand table begins with four partitions, and its stream with a shard for each. */
const SHARDS = 4;

function reactorOf() {
  const mapping = TEMPLATE.streamMappings.find(({ functionName }) => functionName === 'workspaceChanged');
  if (mapping === undefined) throw new Error('serverless.yml has no stream for workspaceChanged');
  const { batchSize, batchWindowSeconds, parallelizationFactor } = mapping;
  return { lanes: SHARDS * parallelizationFactor, batchSize, windowSeconds: batchWindowSeconds };
}

function backstopOf() {
  const rate = TEMPLATE.rates.find(({ functionName }) => functionName === 'overdueCheck');
  if (rate === undefined) throw new Error('serverless.yml has no rate for overdueCheck');
  return { everySeconds: rate.everySeconds };
}

/** What serverless.yml says of the functions. */
export const DEPLOYED = { reactor: reactorOf(), backstop: backstopOf() };
