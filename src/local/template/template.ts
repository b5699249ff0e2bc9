import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { LOCAL_ACCOUNT_ID, LOCAL_REGION } from '../services/arn.ts';
import { readFunctions, type TemplateFunctions } from './functions.ts';
import { readTables, type TemplateTable } from './tables.ts';
import { isRecord, TemplateVariables } from './variables.ts';

/** What the local stack takes from serverless.yml. */
export interface Template extends TemplateFunctions {
  service: string;
  stage: string;
  region: string;
  tables: TemplateTable[];
  /** The functions' environment, as far as it is text once variables and `Fn::Sub` are resolved. */
  environment: Record<string, string>;
}

/** From where the template's variables get their values. */
export interface TemplateOptions {
  environment?: Readonly<Record<string, string | undefined>>;
  /** As given with `--stage`; without it the template's own. */
  stage?: string;
  /** As given with `--region`. */
  region?: string;
}

/** Reads the serverless.yml at `path`. Throws if the file, or a part that the local stack needs, is not understood. */
export function readTemplate(path: string, options: TemplateOptions = {}): Template {
  return parseTemplate(readFileSync(path, 'utf8'), options);
}

/** As `readTemplate`, from the file's text. */
export function parseTemplate(text: string, options: TemplateOptions = {}): Template {
  const file = parseYaml(text);
  const variables = new TemplateVariables({
    file,
    environment: options.environment ?? {},
    options: { stage: options.stage, region: options.region },
  });
  const service = String(variables.at('service') ?? '');
  const stage = variables.stage();
  const region = String(options.region ?? variables.at('provider.region') ?? LOCAL_REGION);
  const tables = readTables(tableResources(variables), (value, place) =>
    cloudFormationText(value, region, place),
  );
  const all = Object.entries(asRecord(variables.at('provider.environment') ?? {}, 'provider.environment'));
  const texts = all.map(([name, value]) => [name, environmentText(value, region, name)] as const);
  return {
    service,
    stage,
    region,
    tables,
    ...readFunctions(functionSettings(variables), variables.at('provider.timeout'), tables),
    environment: Object.fromEntries(
      texts.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
  };
}

function parseYaml(text: string): unknown {
  const document = parseDocument(text, { merge: true });
  // A warning is a tag that is not known, e.g. !GetAtt, whose value would be misread.
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) throw new Error(`serverless.yml: ${problem.message}`);
  return asRecord(document.toJS(), 'the top level');
}

/** Only tables: other resources, and whole files of them, may hold what nobody needs locally. */
function tableResources(variables: TemplateVariables): Record<string, unknown> {
  const given = variables.raw('resources');
  const places = Array.isArray(given) ? given.map((_, index) => `resources.${index}`) : ['resources'];
  return Object.fromEntries(places.flatMap((place) => tablesAt(variables, `${place}.Resources`)));
}

function tablesAt(variables: TemplateVariables, place: string): [string, unknown][] {
  const resources = variables.raw(place) ?? {};
  if (typeof resources === 'string' && resources.startsWith('${file(')) return [];
  return Object.entries(asRecord(resources, place))
    .filter(([, resource]) => isRecord(resource) && resource.Type === 'AWS::DynamoDB::Table')
    .map(([id]) => [id, variables.at(`${place}.${id}`)]);
}

function functionSettings(variables: TemplateVariables): Record<string, unknown> {
  const names = Object.keys(asRecord(variables.raw('functions') ?? {}, 'functions'));
  const needed = ['timeout', 'maximumRetryAttempts', 'reservedConcurrency', 'events'];
  return Object.fromEntries(
    names.map((name) => {
      const settings = needed.map((key) => [key, variables.at(`functions.${name}.${key}`)] as const);
      return [name, Object.fromEntries(settings.filter(([, value]) => value !== undefined))];
    }),
  );
}

function asRecord(value: unknown, place: string): Record<string, unknown> {
  if (isRecord(value)) return value;
  throw new Error(`serverless.yml: ${place} is ${JSON.stringify(value)}; expected a mapping`);
}

function environmentText(value: unknown, region: string, name: string): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return cloudFormationText(value, region, `provider.environment.${name}`);
}

/** Text, or `Fn::Sub` and `Ref` of pseudo parameters; undefined for what only a deployed stack could know. */
function cloudFormationText(value: unknown, region: string, place: string): string | undefined {
  if (typeof value === 'string') return value;
  if (!isRecord(value)) return undefined;
  const { 'Fn::Sub': sub, Ref: ref } = value;
  if (typeof ref === 'string') return pseudoParameter(ref, region);
  if (typeof sub !== 'string') return undefined;
  return sub.replace(/\$\{([^!}][^}]*)\}/g, (_match, name: string) => {
    const known = pseudoParameter(name, region);
    if (known !== undefined) return known;
    throw new Error(
      `serverless.yml: \${${name}} in Fn::Sub at ${place} is only known to a deployed stack; the local stack takes AWS::Region, AWS::AccountId and AWS::Partition there`,
    );
  });
}

function pseudoParameter(name: string, region: string): string | undefined {
  const values: Record<string, string> = {
    'AWS::Region': region,
    'AWS::AccountId': LOCAL_ACCOUNT_ID,
    'AWS::Partition': 'aws',
  };
  return values[name];
}
