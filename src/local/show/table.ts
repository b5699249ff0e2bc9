import { stripVTControlCharacters } from 'node:util';
import pc from 'picocolors';

export interface Column {
  title: string;
  /** In characters. Longer text is cut. */
  width: number;
  right?: boolean;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is how colours begin
const COLOUR = /(\u001b\[[0-9;]*m)/;
const PLAIN_AGAIN = '\u001b[0m';

/** Text of exactly `width` characters as a terminal shows them: colours do not count, and are not cut. */
export function pad(text: string, width: number, right = false): string {
  const length = stripVTControlCharacters(text).length;
  if (length > width) return cut(text, width);
  const padding = ' '.repeat(width - length);
  return right ? padding + text : text + padding;
}

/** The first characters of a text that is too long, with an ellipsis as the last of them. */
function cut(text: string, width: number): string {
  let left = width - 1;
  let kept = '';
  for (const part of text.split(COLOUR)) {
    if (COLOUR.test(part)) kept += part;
    else {
      kept += part.slice(0, left);
      left -= Math.min(left, part.length);
    }
    if (left === 0) break;
  }
  return `${kept}…${kept.includes('\u001b') ? PLAIN_AGAIN : ''}`;
}

/** A line of cells below the columns' titles; cells may be coloured. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    columns
      .map(({ width, right }, index) => pad(cells[index] ?? '', width, right))
      .join('  ')
      .trimEnd();
  return [pc.bold(line(columns.map(({ title }) => title))), ...rows.map(line)].join('\n');
}
