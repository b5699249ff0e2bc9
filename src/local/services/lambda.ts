import type { IncomingHttpHeaders } from 'node:http';
import { type Invoker, LOCAL_MEMORY_MB } from '../invoker.ts';
import { AwsError, jsonReply, type ServiceReply, type ServiceRequest, unknownOperation } from './wire.ts';

/** Lambda says in a header how a function is to be called. */
export type LambdaService = (
  request: ServiceRequest & { headers: IncomingHttpHeaders },
) => Promise<ServiceReply>;

/** Who runs the functions, by short name, full name or ARN. */
export type LambdaFunctions = Pick<Invoker, 'resolveName' | 'describe' | 'invokeSync' | 'invokeAsync'>;

const GET_FUNCTION = /^\/2015-03-31\/functions\/([^/]+)(\/configuration)?\/?$/;
const INVOKE = /^\/2015-03-31\/functions\/([^/]+)\/invocations\/?$/;

export function isLambdaPath(path: string): boolean {
  return path.startsWith('/2015-03-31/functions/');
}

/**
 * Lambda's `Invoke`, and of `GetFunction` and `GetFunctionConfiguration` what the function was deployed with; nothing else of it:
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html. `functions` is called with each request; `log` is told of an event that nobody has in the end.
 */
export function createLambda(
  functions: () => LambdaFunctions,
  log: (message: string) => void,
): LambdaService {
  return async ({ method, path, headers, body }) => {
    const [, asked, alone] = GET_FUNCTION.exec(path) ?? [];
    if (method === 'GET' && asked !== undefined) {
      const Configuration = configurationOf(nameOf(asked), functions());
      // Its code is in this process, and can be had nowhere.
      return jsonReply(200, alone === undefined ? { Configuration, Code: {} } : Configuration);
    }
    const [, encodedName] = INVOKE.exec(path) ?? [];
    if (method !== 'POST' || encodedName === undefined) {
      throw unknownOperation(`${method} ${path} of Lambda`, [
        'GetFunction',
        'GetFunctionConfiguration',
        'Invoke',
      ]);
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

function configurationOf(name: string, functions: LambdaFunctions): Record<string, unknown> {
  checkExists(name, functions);
  const { fullName, arn, timeoutSeconds, environment } = functions.describe(name);
  return {
    FunctionName: fullName,
    FunctionArn: arn,
    Timeout: timeoutSeconds,
    MemorySize: LOCAL_MEMORY_MB,
    Version: '$LATEST',
    State: 'Active',
    LastUpdateStatus: 'Successful',
    Environment: { Variables: environment },
  };
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
