/** A list price in US dollars, for so many of a unit. */
export interface Price {
  dollars: number;
  per: number;
  unit: string;
  /** Whose page has it. */
  page: string;
}

const DYNAMODB = 'https://aws.amazon.com/dynamodb/pricing/on-demand/';
const LAMBDA = 'https://aws.amazon.com/lambda/pricing/';
const CLOUDWATCH = 'https://aws.amazon.com/cloudwatch/pricing/';
const EVENTBRIDGE = 'https://aws.amazon.com/eventbridge/pricing/';
const MILLION = 1_000_000;

/** List prices of us-east-1 as published in 2026, without any free tier; written down on 2026-11-28. */
export const PRICES = {
  httpRequest: {
    dollars: 1,
    per: MILLION,
    unit: 'requests',
    page: 'https://aws.amazon.com/api-gateway/pricing/',
  },
  writeUnit: { dollars: 0.625, per: MILLION, unit: 'write units', page: DYNAMODB },
  readUnit: { dollars: 0.125, per: MILLION, unit: 'read units', page: DYNAMODB },
  tableStorage: { dollars: 0.25, per: 1, unit: 'GB', page: DYNAMODB },
  tableBackup: { dollars: 0.2, per: 1, unit: 'GB', page: DYNAMODB },
  lambdaRequest: { dollars: 0.2, per: MILLION, unit: 'calls', page: LAMBDA },
  lambdaCompute: { dollars: 0.000_013_333_4, per: 1, unit: 'GB-seconds (arm64)', page: LAMBDA },
  schedule: { dollars: 1, per: MILLION, unit: 'invocations', page: EVENTBRIDGE },
  event: { dollars: 1, per: MILLION, unit: 'events', page: EVENTBRIDGE },
  logIntake: { dollars: 0.5, per: 1, unit: 'GB', page: CLOUDWATCH },
  logStorage: { dollars: 0.03, per: 1, unit: 'GB', page: CLOUDWATCH },
  metric: { dollars: 0.3, per: 1, unit: 'metrics', page: CLOUDWATCH },
  alarmMetric: { dollars: 0.1, per: 1, unit: 'metrics in alarms', page: CLOUDWATCH },
  dashboard: { dollars: 3, per: 1, unit: 'dashboard', page: CLOUDWATCH },
  trace: { dollars: 5, per: MILLION, unit: 'traces', page: 'https://aws.amazon.com/xray/pricing/' },
  key: { dollars: 1, per: 1, unit: 'key', page: 'https://aws.amazon.com/kms/pricing/' },
  keyRequest: { dollars: 0.03, per: 10_000, unit: 'requests', page: 'https://aws.amazon.com/kms/pricing/' },
  secret: { dollars: 0.4, per: 1, unit: 'secret', page: 'https://aws.amazon.com/secrets-manager/pricing/' },
  secretRequest: {
    dollars: 0.05,
    per: 10_000,
    unit: 'requests',
    page: 'https://aws.amazon.com/secrets-manager/pricing/',
  },
  bucketRequest: { dollars: 0.005, per: 1_000, unit: 'writes', page: 'https://aws.amazon.com/s3/pricing/' },
} as const satisfies Record<string, Price>;

export type Priced = keyof typeof PRICES;
