import { readConfiguration } from '../../../src/core/configuration.ts';
import { engineEndpoint, localEnvironment } from '../../../src/local/resources.ts';
import { LOCAL_REGION } from '../../../src/local/services/arn.ts';
import { readTemplate } from '../../../src/local/template/template.ts';

const environmentWith = (environment: Record<string, string>) =>
  localEnvironment(readTemplate('serverless.yml', { environment, stage: 'local', region: LOCAL_REGION }));

test('without any setting of the user it is a whole configuration', () => {
  expect(readConfiguration(environmentWith({}))).toMatchObject({
    baseTaskDefinition: 'workspace-base',
    priceTiers: {},
    region: 'us-east-1',
    purgeFunctionName: 'workspace-cleanup-local-purge',
  });
});

test('what the user has set goes through the template, and wins over what stands in', () => {
  const given = {
    ECS_TASK_DEFINITION: 'own-base',
    STRIPE_PRICE_TIERS: '{"price_1":"pro"}',
    STRIPE_WEBHOOK_SECRET: 'whsec_own',
  };
  expect(environmentWith(given)).toMatchObject(given);
});

test('AWS_REGION does not move the local stack', () => {
  expect(environmentWith({ AWS_REGION: 'eu-west-1' }).DEADLINE_FUNCTION_ARN).toBe(
    'arn:aws:lambda:us-east-1:000000000000:function:workspace-cleanup-local-deadlineReached',
  );
});

test.each([
  [{}, undefined],
  [{ DYNAMODB_ENDPOINT: '' }, undefined],
  [{ DYNAMODB_ENDPOINT: 'http://127.0.0.1:8000' }, 'http://127.0.0.1:8000'],
])('the engine of %j is %s', (environment, expected) => {
  expect(engineEndpoint(environment)).toBe(expected);
});

test('an engine that is no address is refused by name', () => {
  expect(() => engineEndpoint({ DYNAMODB_ENDPOINT: 'localhost:8000' })).toThrow(
    'environment variable DYNAMODB_ENDPOINT is "localhost:8000", expected an address',
  );
});
