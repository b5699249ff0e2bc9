import type * as z from 'zod';
import { AwsError, describeIssues, jsonReply, parseBody, type Service, unknownOperation } from './wire.ts';

/** What an operation does with its parameters, once their shape is known to be right. */
export type Operation = (parameters: Record<string, unknown>) => Promise<unknown>;

/**
 * Returns a function that makes operations out of a shape of parameters and what to do with them.
 * `invalid` makes the error that the service at hand answers for parameters of another shape.
 */
export function operationsRejecting(invalid: (message: string) => AwsError) {
  return <S extends z.ZodType>(schema: S, run: (input: z.output<S>) => unknown): Operation =>
    async (parameters) => {
      const parsed = schema.safeParse(parameters);
      if (!parsed.success) throw invalid(describeIssues(parsed.error));
      return run(parsed.data);
    };
}

/** A service of the JSON 1.1 protocol: the operation's name comes in a header, its parameters in the body. */
export function jsonService(name: string, operations: Record<string, Operation>): Service {
  return async ({ operation = '', body }) => {
    const run = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
    if (!run) throw unknownOperation(`the operation "${operation}" of ${name}`, Object.keys(operations));
    const output = await run(parseBody(body));
    return jsonReply(200, output ?? {}, 'application/x-amz-json-1.1');
  };
}

/** One operation of a REST service. */
export interface Route {
  name: string;
  method: string;
  /** e.g. `/schedules/{Name}`; a part in braces becomes the parameter of that name. */
  path: string;
  /** The parameters' names where the query string calls them otherwise, e.g. `{ groupName: 'GroupName' }`. */
  query?: Record<string, string>;
  /** 200 unless said. */
  status?: number;
  run: Operation;
}

/** A service of the REST JSON protocol: parameters come in the path, in the query string and in the body. */
export function restService(name: string, routes: readonly Route[]): Service {
  const compiled = routes.map((route) => ({ route, pattern: patternOf(route.path) }));
  return async ({ method, path, query, body }) => {
    for (const { route, pattern } of compiled) {
      const found = route.method === method ? pattern.exec(path) : null;
      if (!found) continue;
      const parameters = {
        ...parseBody(body),
        ...Object.fromEntries([...query].map(([key, value]) => [route.query?.[key] ?? key, value])),
        ...decoded(found.groups ?? {}),
      };
      const output = await route.run(parameters);
      return jsonReply(route.status ?? 200, route.status === 204 ? undefined : (output ?? {}));
    }
    const supported = routes.map((route) => route.name);
    throw unknownOperation(`${method} ${path} of ${name}`, supported);
  };
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}/?$`);
}

function decoded(labels: Record<string, string>): Record<string, string> {
  try {
    return Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, decodeURIComponent(value)]));
  } catch {
    throw new AwsError('SerializationException', 400, 'The path is not valid percent-encoding.');
  }
}
