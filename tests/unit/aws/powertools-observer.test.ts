import { PowertoolsObserver } from '../../../src/aws/powertools-observer.ts';

/** The metrics of what was printed, in CloudWatch's embedded format. */
function printedBy(run: (observer: PowertoolsObserver) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  // Powertools prints metrics with a console of its own, or with this one in development.
  const write = jest
    .spyOn(process.stdout, 'write')
    .mockImplementation((text) => lines.push(String(text)) > 0);
  const log = jest.spyOn(console, 'log').mockImplementation((text) => void lines.push(String(text)));
  try {
    const observer = new PowertoolsObserver();
    run(observer);
    observer.flush();
  } finally {
    write.mockRestore();
    log.mockRestore();
  }
  return lines.filter((line) => line.includes('CloudWatchMetrics')).map((line) => JSON.parse(line));
}

const unitsOf = (document: Record<string, unknown> | undefined) =>
  (document as { _aws: { CloudWatchMetrics: { Metrics: object[]; Dimensions: string[][] }[] } } | undefined)
    ?._aws.CloudWatchMetrics[0];

beforeEach(() => {
  process.env.POWERTOOLS_METRICS_NAMESPACE = 'workspace-cleanup';
  process.env.POWERTOOLS_SERVICE_NAME = 'workspace-cleanup';
});

test('what is counted leaves with the invocation, in one document', () => {
  const [document, ...more] = printedBy((observer) => {
    observer.count('Armed');
    observer.count('Armed', 2);
    observer.count('LatenessSeconds', 1.5);
    observer.count('BudgetUsedPercent', 80);
  });
  expect(more).toEqual([]);
  expect(document).toMatchObject({ Armed: [1, 2], LatenessSeconds: 1.5 });
  expect(unitsOf(document)?.Metrics).toEqual([
    { Name: 'Armed', Unit: 'Count' },
    { Name: 'LatenessSeconds', Unit: 'Seconds' },
    { Name: 'BudgetUsedPercent', Unit: 'Percent' },
  ]);
});

test('what has dimensions is counted by them as well, and the others are not', () => {
  const documents = printedBy((observer) => {
    observer.count('Archived', 1, { rule: 'retention-free' });
    observer.count('Armed');
  });
  expect(documents).toHaveLength(2);
  const [single, all] = documents;
  expect(single).toMatchObject({ Archived: 1, rule: 'retention-free' });
  expect(unitsOf(single)?.Dimensions[0]).toContain('rule');
  expect(all).toMatchObject({ Archived: 1, Armed: 1 });
  expect(unitsOf(all)?.Dimensions[0]).not.toContain('rule');
});

test('an invocation that counts nothing prints nothing', () => {
  expect(printedBy(() => {})).toEqual([]);
});
