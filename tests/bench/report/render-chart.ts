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
  const drawing = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height });
  try {
    drawing.setOption({
      animation: false,
      backgroundColor: colours.background,
      textStyle: { fontFamily: FONT, color: colours.text, fontSize: 13 },
      ...chart(colours),
    });
    return `${withOwnNames(drawing.renderToSVGString())}\n`;
  } finally {
    drawing.dispose();
  }
}

/** Classes are numbered over all charts of the process: here from 0 for each, so that a chart is the same whatever came before. */
function withOwnNames(svg: string): string {
  const names = new Map<string, string>();
  return svg.replace(/zr\d+-cls-\d+/g, (name) => {
    const own = names.get(name) ?? `c${names.size}`;
    names.set(name, own);
    return own;
  });
}
