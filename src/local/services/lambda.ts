import type { IncomingHttpHeaders } from 'node:http';
import type { Invoker } from '../invoker.ts';
import { AwsError, jsonReply, type ServiceReply, type ServiceRequest, unknownOperation } from './wire.ts';

/** Lambda says in a header how a function is to be called. */
export type LambdaService = (
  request: ServiceRequest & { headers: IncomingHttpHeaders },
) => Promise<ServiceReply>;

/** Who runs the functions, by short name, full name or ARN. */
export type LambdaFunctions = Pick<Invoker, 'resolveName' | 'invokeSync' | 'invokeAsync'>;

const INVOKE = /^\/2015-03-31\/functions\/([^/]+)\/invocations\/?$/;
const CONFIGURATION = /^\/2015-03-31\/functions\/([^/]+)\/configuration\/?$/;

export function isLambdaPath(path: string): boolean {
  return path.startsWith('/2015-03-31/functions/');
}

/** What all functions find in their environment. */
export type FunctionEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * Lambda's `Invoke` and `GetFunctionConfiguration`, and nothing else of it:
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html. `functions` is called with each request; `log` is told of
 * an event that nobody has in the end; `environment` is what the functions were given.
 */
export function createLambda(
  functions: () => LambdaFunctions,
  log: (message: string) => void,
  environment: () => FunctionEnvironment = () => ({}),
): LambdaService {
  return async ({ method, path, headers, body }) => {
    const [, askedAbout] = CONFIGURATION.exec(path) ?? [];
    if (method === 'GET' && askedAbout !== undefined) {
      const name = nameOf(askedAbout);
      checkExists(name, functions());
      return jsonReply(200, configurationOf(name, environment()));
    }
    const [, encodedName] = INVOKE.exec(path) ?? [];
    if (method !== 'POST' || encodedName === undefined) {
      throw unknownOperation(`${method} ${path} of Lambda`, ['Invoke', 'GetFunctionConfiguration']);
    }
    const name = nameOf(encodedName);
    checkExists(name, functions());
    const event = eventOf(body);
    const type = headers['x-amz-invocation-type'] ?? 'RequestResponse';
    switch (type) {
      case 'DryRun':
        return jsonReply(204, undefined);
      case 'Event':
        // It answers before the function does. The dead letters have what fails to the end.
        functions()
          .invokeAsync(name, event)
          .catch((error) => log(`an event for ${name} is lost: ${error}`));
        return jsonReply(202, undefined);
      case 'RequestResponse':
        return answered(functions().invokeSync(name, event));
      default:
        throw invalidParameter(`The invocation type is ${type}, expected RequestResponse, Event or DryRun.`);
    }
  };
}

/** As https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html, without what nobody here asks for. */
function configurationOf(name: string, { AWS_REGION: _, ...given }: FunctionEnvironment) {
  const Variables = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { FunctionName: name, State: 'Active', LastUpdateStatus: 'Successful', Environment: { Variables } };
}

const EXECUTED = { 'x-amz-executed-version': '$LATEST' };

/** A function that fails is no error of the call: Lambda answers 200, and says so in a header. */
async function answered(invocation: Promise<unknown>): Promise<ServiceReply> {
  try {
    const reply = jsonReply(200, await invocation);
    return { ...reply, headers: { ...reply.headers, ...EXECUTED } };
  } catch (error) {
    const { name, message, stack = '' } = error instanceof Error ? error : new Error(String(error));
    const reply = jsonReply(200, { errorType: name, errorMessage: message, trace: stack.split('\n') });
    return { ...reply, headers: { ...reply.headers, ...EXECUTED, 'x-amz-function-error': 'Unhandled' } };
  }
}

function nameOf(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw invalidParameter('The path is not valid percent-encoding.');
  }
}

function checkExists(name: string, functions: LambdaFunctions): void {
  try {
    functions.resolveName(name);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new AwsError('ResourceNotFoundException', 404, `Function not found: ${message}`, { Type: 'User' });
  }
}

/** Any JSON is an event; none stands for `{}`. */
function eventOf(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AwsError(
      'InvalidRequestContentException',
      400,
      `Could not parse request body into json: ${reason}`,
      {
        Type: 'User',
      },
    );
  }
}

function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', 400, message, { Type: 'User' });
}
