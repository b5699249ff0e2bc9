import { stripVTControlCharacters } from 'node:util';

/** A column: what it is called, and whether it gives way where the terminal is narrow. */
export interface Column {
  title: string;
  /** It is cut, to no less than so many characters. Columns without it keep their width. */
  atLeast?: number;
}

const GAP = '  ';

/**
 * Rows under their titles, in lines of at most `width` characters (undefined: as wide as they come). The last column that
 * may give way does so first. Cells may be coloured; nothing stands behind the last cell of a line.
 */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number | undefined,
): string[] {
  const titles = columns.map(({ title }) => title);
  const all = [titles, ...rows];
  const widths = columns.map((_, index) => Math.max(...all.map((row) => lengthOf(row[index] ?? ''))));
  if (width !== undefined) giveWay(widths, columns, width);
  return all.map((row) =>
    row
      .map((cell, index) => fitted(cell, widths[index] ?? 0))
      .join(GAP)
      .trimEnd(),
  );
}

function giveWay(widths: number[], columns: readonly Column[], width: number): void {
  const total = () => widths.reduce((sum, one) => sum + one, 0) + GAP.length * (widths.length - 1);
  for (let index = widths.length - 1; index >= 0; index -= 1) {
    const { atLeast } = columns[index] ?? {};
    const surplus = total() - width;
    if (atLeast === undefined || surplus <= 0) continue;
    const own = widths[index] ?? 0;
    widths[index] = Math.max(Math.min(atLeast, own), own - surplus);
  }
}

function fitted(cell: string, width: number): string {
  const length = lengthOf(cell);
  if (length <= width) return cell + ' '.repeat(width - length);
  // What is cut loses its colour: half of an escape sequence would be worse.
  const text = [...stripVTControlCharacters(cell)];
  return width < 1 ? '' : `${text.slice(0, width - 1).join('')}…`;
}

function lengthOf(cell: string): number {
  return [...stripVTControlCharacters(cell)].length;
}
