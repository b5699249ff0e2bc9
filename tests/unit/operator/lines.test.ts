import { type Line, LineSplitter } from '../../../src/operator/lines.ts';

function split(chunks: (string | Uint8Array)[], limitBytes?: number): Line[] {
  const splitter = new LineSplitter(limitBytes);
  const lines = chunks.flatMap((chunk) => splitter.push(Buffer.from(chunk as string)));
  return [...lines, ...splitter.end()];
}

const texts = (lines: Line[]) => lines.map((line) => (line.kind === 'text' ? line.text : 'too long'));

test.each([
  ['nothing', [], []],
  ['one line', ['a\n'], ['a']],
  ['a last line without an end', ['a\nb'], ['a', 'b']],
  ['blank lines, which count', ['\n\na\n'], ['', '', 'a']],
  ['a line in pieces', ['a', 'b', 'c\nd'], ['abc', 'd']],
  ['an end that is a chunk of its own', ['a', '\n', 'b'], ['a', 'b']],
])('%s', (_, chunks, expected) => {
  const lines = split(chunks);
  expect(texts(lines)).toEqual(expected);
  expect(lines.map(({ number }) => number)).toEqual(expected.map((_, index) => index + 1));
});

test('a character that is cut in two is one again', () => {
  const bytes = Buffer.from('"é🦊"\n');
  const chunks = [...bytes].map((byte) => Uint8Array.of(byte));
  expect(texts(split(chunks))).toEqual(['"é🦊"']);
});

describe('a limit of 4 bytes', () => {
  test.each([
    ['4 bytes', ['abcd\nx'], ['abcd', 'x']],
    ['5 bytes', ['abcde\nx'], ['too long', 'x']],
    ['5 bytes in pieces', ['ab', 'cd', 'e', '\nx'], ['too long', 'x']],
    ['5 bytes without an end', ['abcde'], ['too long']],
    ['a character of 4 bytes and one more', ['🦊a\n'], ['too long']],
  ])('%s', (_, chunks, expected) => {
    expect(texts(split(chunks, 4))).toEqual(expected);
  });

  test('nothing is kept of a line that is too long', () => {
    const splitter = new LineSplitter(4);
    for (let index = 0; index < 1000; index += 1) splitter.push(Buffer.alloc(1000, 'a'));
    expect((splitter as unknown as { pieces: Uint8Array[] }).pieces).toEqual([]);
    expect(splitter.push(Buffer.from('\n'))).toEqual([{ kind: 'too-long', number: 1, limitBytes: 4 }]);
  });
});
