import type { Policy } from '../core/policy.ts';
import type { Assumed } from '../core/workspace-state.ts';
import { answerLine } from './decide.ts';
import { LineSplitter } from './lines.ts';

/**
 * Turns chunks of JSON lines into chunks of answers, one chunk at a time, so that a slow reader slows the writer down
 * and memory stays flat. Counts the bad lines in `tally`.
 */
export function decideStream(policy: Policy, now: number, tally: { bad: number }, assumed?: Assumed) {
  return async function* answers(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
    const splitter = new LineSplitter();
    const answerAll = (lines: ReturnType<LineSplitter['push']>) => {
      let text = '';
      for (const line of lines) {
        const answer = answerLine(line, policy, now, assumed);
        if (answer === undefined) continue;
        if (!answer.good) tally.bad += 1;
        text += `${answer.text}\n`;
      }
      return text;
    };
    for await (const chunk of chunks) {
      const text = answerAll(splitter.push(chunk));
      if (text !== '') yield text;
    }
    const rest = answerAll(splitter.end());
    if (rest !== '') yield rest;
  };
}
