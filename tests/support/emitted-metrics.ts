import { PowertoolsObserver } from '../../src/aws/powertools-observer.ts';

/** A metric that was counted, as CloudWatch makes it of what is printed. */
export interface Emitted {
  namespace: string;
  name: string;
  dimensions: Record<string, string>;
}

interface Document {
  _aws: {
    CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string }[] }[];
  };
  [field: string]: unknown;
}

/** Everything that the real observer prints in CloudWatch's embedded format, with this environment. */
export async function emittedBy(
  environment: Record<string, string>,
  run: (observer: PowertoolsObserver) => Promise<void>,
): Promise<Emitted[]> {
  const before = { ...process.env };
  const lines: string[] = [];
  const keep = (text: unknown) => lines.push(String(text)) > 0;
  Object.assign(process.env, environment);
  // Powertools prints with a console of its own on these, or with the common one in development.
  const spies = [
    jest.spyOn(process.stdout, 'write').mockImplementation(keep),
    jest.spyOn(process.stderr, 'write').mockImplementation(keep),
    jest.spyOn(console, 'log').mockImplementation((text) => void keep(text)),
  ];
  try {
    const observer = new PowertoolsObserver();
    await run(observer);
    observer.flush();
  } finally {
    for (const spy of spies) spy.mockRestore();
    for (const name of Object.keys(environment)) delete process.env[name];
    Object.assign(process.env, before);
  }
  return lines
    .filter((line) => line.includes('CloudWatchMetrics'))
    .flatMap((line) => metricsOf(JSON.parse(line)));
}

function metricsOf(document: Document): Emitted[] {
  return document._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Metrics.flatMap(({ Name }) =>
      Dimensions.map((names) => ({
        namespace: Namespace,
        name: Name,
        dimensions: Object.fromEntries(names.map((name) => [name, String(document[name])])),
      })),
    ),
  );
}
