import { type EChartsOption, init } from 'echarts';

/** Light and dark, as the pages that show a chart are. */
export type Theme = 'light' | 'dark';

/** What a chart is drawn in. */
export interface Colours {
  background: string;
  text: string;
  faint: string;
  /** Ours, and what it is compared with, apart also for eyes that tell no red from green (Okabe and Ito's). */
  ours: string;
  others: readonly [string, string, string, string, string];
}

const COLOURS: Record<Theme, Colours> = {
  light: {
    background: '#ffffff',
    text: '#1f2328',
    faint: '#d1d9e0',
    ours: '#0072b2',
    others: ['#d55e00', '#e69f00', '#cc79a7', '#009e73', '#8c959f'],
  },
  dark: {
    background: '#0d1117',
    text: '#e6edf3',
    faint: '#30363d',
    ours: '#56b4e9',
    others: ['#ff8c42', '#f0c24b', '#e39bc5', '#3fc79a', '#8b949e'],
  },
};

/** A chart that has not been drawn: what it shows depends on the colours only in its colours. */
export type Chart = (colours: Colours) => EChartsOption;

export const WIDTH = 860;
/** Without quotes, which would end the attribute that this is put into. */
const FONT = 'system-ui, -apple-system, Roboto, Helvetica, sans-serif';

/** The chart as SVG, the same for the same figures. */
export function renderChart(chart: Chart, theme: Theme, height: number): string {
  const colours = COLOURS[theme];
  const option = chart(colours);
  const drawing = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height });
  try {
    drawing.setOption({
      animation: false,
      backgroundColor: colours.background,
      textStyle: { fontFamily: FONT, color: colours.text, fontSize: 13 },
      ...option,
    });
    return `${titled(still(drawing.renderToSVGString()), option)}\n`;
  } finally {
    drawing.dispose();
  }
}

/**
 * Without what is for a pointer above it, which a picture in a page has not; its classes are numbered over all charts of the process,
 * so that a chart would be another one after another.
 */
function still(svg: string): string {
  return svg.replace(/<style[\s\S]*?<\/style>\n?/g, '').replace(/ (?:class|ecmeta_\w+)="[^"]*"/g, '');
}

/** With its title as a text that a screen reader finds. */
function titled(svg: string, { title }: EChartsOption): string {
  const { text = 'chart' } = (Array.isArray(title) ? title[0] : title) ?? {};
  return svg.replace(/^<svg [^>]*>/, (opening) => `${opening}\n<title>${text}</title>`);
}
