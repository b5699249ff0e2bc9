import { stripVTControlCharacters } from 'node:util';
import pc from 'picocolors';

export interface Column {
  title: string;
  /** In characters. Longer text is cut. */
  width: number;
  right?: boolean;
}

/** Text of exactly `width` characters as a terminal shows them: colours do not count. */
export function pad(text: string, width: number, right = false): string {
  const shown = stripVTControlCharacters(text);
  if (shown.length > width) return `${shown.slice(0, width - 1)}…`;
  const padding = ' '.repeat(width - shown.length);
  return right ? padding + text : text + padding;
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
