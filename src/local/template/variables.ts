/** What `${…}` may refer to. */
export interface VariableSources {
  /** The whole parsed file, for `${self:…}` and `${param:…}`. */
  file: unknown;
  /** For `${env:…}`. */
  environment: Readonly<Record<string, string | undefined>>;
  /** Command line options, for `${opt:…}`, e.g. `stage`, `region`. */
  options: Readonly<Record<string, string | undefined>>;
}

const SOURCE = /^(self|param|sls|opt|env):(.*)$/s;
/** Not a variable of the Serverless Framework but of CloudFormation's `Fn::Sub`, e.g. `AWS::Region`, `Queue.Arn`. */
const CLOUDFORMATION = /^(AWS::\w+|[A-Za-z0-9]+(\.[A-Za-z0-9.]+)?)$/;

/**
 * Resolves the Serverless Framework's variables in any part of the file, as deep as it goes: `self`, `param`,
 * `sls:stage`, `opt`, `env`, literals and comma-separated fallbacks. Others, e.g. `ssm`, throw with their place.
 * https://www.serverless.com/framework/docs/guides/variables
 */
export class TemplateVariables {
  private readonly sources: VariableSources;
  /** Addresses being resolved now, to see circles. */
  private readonly open: string[] = [];

  constructor(sources: VariableSources) {
    this.sources = sources;
  }

  /** The value at a dotted path of the file, e.g. `provider.stage`, resolved; undefined if it is not there. */
  at(path: string): unknown {
    return this.resolve(this.raw(path), path);
  }

  /** `place` says in errors where the value stands. */
  resolve(value: unknown, place: string): unknown {
    if (typeof value === 'string') return this.resolveText(value, place);
    if (Array.isArray(value)) return value.map((item, index) => this.resolve(item, `${place}[${index}]`));
    if (!isRecord(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, this.resolve(item, `${place}.${key}`)]),
    );
  }

  private resolveText(text: string, place: string): unknown {
    const pieces = splitVariables(text, place);
    const values = pieces.map((piece) =>
      piece.expression === undefined ? piece.text : this.evaluate(piece.expression, place),
    );
    // A variable that stands alone keeps its type: it may be a whole object.
    return values.length === 1 ? values[0] : values.map(String).join('');
  }

  private evaluate(expression: string, place: string): unknown {
    if (CLOUDFORMATION.test(expression.trim())) return `\${${expression}}`;
    for (const candidate of splitFallbacks(expression)) {
      const value = this.candidate(candidate, place);
      if (value !== undefined && value !== null) return value;
    }
    throw new Error(
      `\${${expression}} at ${place} in serverless.yml has no value: set what it names, or give it a fallback as in \${${expression}, 'value'}`,
    );
  }

  private candidate(text: string, place: string): unknown {
    if (text.startsWith('${')) return this.resolveText(text, place);
    const literal = parseLiteral(text);
    if (literal !== undefined) return literal;
    const [, source = '', address = ''] = SOURCE.exec(text) ?? [];
    if (source === '') {
      throw new Error(
        `\${${text}} at ${place} in serverless.yml is of a kind that the local stack does not know; it takes self, param, sls:stage, opt, env and literals`,
      );
    }
    return this.lookUp(source, address.trim(), place);
  }

  private lookUp(source: string, address: string, place: string): unknown {
    const name = `${source}:${address}`;
    if (this.open.includes(name)) {
      throw new Error(`\${${name}} at ${place} in serverless.yml refers to itself: ${this.open.join(' > ')}`);
    }
    this.open.push(name);
    try {
      if (source === 'env') return this.sources.environment[address];
      if (source === 'opt') return this.sources.options[address];
      if (source === 'self') return this.at(address);
      if (source === 'param') return this.parameter(address);
      return address === 'stage' ? this.stage() : undefined;
    } finally {
      this.open.pop();
    }
  }

  private parameter(name: string): unknown {
    return this.at(`params.${this.stage()}.${name}`) ?? this.at(`params.default.${name}`);
  }

  /** What `${sls:stage}` gives: the option, else the provider's, else `dev`. */
  stage(): string {
    return this.sources.options.stage ?? String(this.at('provider.stage') ?? 'dev');
  }

  /** The value at a dotted path of the file with its variables unresolved; undefined if it is not there. */
  raw(path: string): unknown {
    let value = this.sources.file;
    for (const key of path.split('.').filter((part) => part !== '')) {
      // What lies behind a variable is looked up in its value.
      if (typeof value === 'string') value = this.resolve(value, path);
      if (!isRecord(value) && !Array.isArray(value)) return undefined;
      value = (value as Record<string, unknown>)[key];
    }
    return value;
  }
}

interface TextPiece {
  text: string;
  /** What stands between `${` and `}`; undefined for plain text. */
  expression?: string;
}

function splitVariables(text: string, place: string): TextPiece[] {
  const pieces: TextPiece[] = [];
  let from = 0;
  for (let start = text.indexOf('${'); start >= 0; start = text.indexOf('${', from)) {
    const end = closingBrace(text, start + 2);
    if (end < 0) throw new Error(`"${text}" at ${place} in serverless.yml has a \${ without its }`);
    if (start > from) pieces.push({ text: text.slice(from, start) });
    pieces.push({ text: text.slice(start, end + 1), expression: text.slice(start + 2, end) });
    from = end + 1;
  }
  if (from < text.length || pieces.length === 0) pieces.push({ text: text.slice(from) });
  return pieces;
}

/** Quoted text may hold braces and commas that mean nothing. */
function blankQuoted(text: string): string {
  return text.replace(/'[^']*'|"[^"]*"/g, (quoted) => ' '.repeat(quoted.length));
}

function closingBrace(text: string, from: number): number {
  let depth = 1;
  for (const [offset, char] of blankQuoted(text.slice(from)).split('').entries()) {
    if (char === '{') depth += 1;
    if (char === '}') depth -= 1;
    if (depth === 0) return from + offset;
  }
  return -1;
}

function splitFallbacks(expression: string): string[] {
  const parts: string[] = [];
  let from = 0;
  let depth = 0;
  for (const [index, char] of blankQuoted(expression).split('').entries()) {
    if (char === '{') depth += 1;
    if (char === '}') depth -= 1;
    if (char !== ',' || depth > 0) continue;
    parts.push(expression.slice(from, index).trim());
    from = index + 1;
  }
  return [...parts, expression.slice(from).trim()];
}

function parseLiteral(text: string): string | number | boolean | undefined {
  const quoted = /^(['"])(.*)\1$/s.exec(text);
  if (quoted) return quoted[2] ?? '';
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** Whether `value` is a mapping of the file. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
