import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { type Engine, startEngine } from '../../src/local/processes/engine.ts';
import { useDataFolder } from '../support/data-folder.ts';
import { FILE_SYSTEM, type LocalServices, startLocalServices } from '../support/local-services.ts';

const run = promisify(execFile);
const hasCli = spawnSync('aws', ['--version']).status === 0;
const hasBoto3 = spawnSync('python3', ['-c', 'import boto3']).status === 0;

/** `test`, or where the client is not installed a skipped one whose name says so. */
function testWith(isInstalled: boolean, what: string): (name: string, run: () => Promise<void>) => void {
  if (isInstalled) return (name, run) => test(name, run, 60_000);
  return (name, run) => test.skip(`${name} (skipped: ${what} is not installed here)`, run);
}
const [cli, boto3] = [testWith(hasCli, 'the AWS CLI, aws,'), testWith(hasBoto3, 'boto3 for python3')];

const folder = useDataFolder();
let engine: Engine;
let local: LocalServices;

beforeEach(async () => {
  engine = await startEngine({ dataDirectory: folder() });
  local = await startLocalServices({ dataDirectory: folder(), engineUrl: engine.endpoint });
});
afterEach(async () => {
  await local.close();
  await engine.close();
});

const environment = () => ({
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  AWS_ENDPOINT_URL: local.endpoint.url,
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_REGION: 'us-east-1',
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
});

async function aws(command: string, ...more: string[]) {
  const { stdout } = await run('aws', [...command.split(' '), ...more, '--output', 'json'], {
    env: environment(),
  });
  return JSON.parse(stdout || '{}');
}

const target =
  '{"Arn":"arn:aws:lambda:us-east-1:000000000000:function:f","RoleArn":"arn:aws:iam::000000000000:role/r"}';

cli('the AWS CLI works with every service', async () => {
  expect(await aws('sts get-caller-identity')).toMatchObject({ Account: '000000000000' });
  expect(await aws('dynamodb list-tables')).toEqual({ TableNames: [] });
  expect(await aws('dynamodbstreams list-streams')).toMatchObject({ Streams: [] });
  expect(await aws('ecs create-cluster --cluster-name workspaces')).toMatchObject({
    cluster: { status: 'ACTIVE' },
  });
  const accessPoint = await aws(
    `efs create-access-point --client-token alice --file-system-id ${FILE_SYSTEM}`,
  );
  expect(accessPoint).toMatchObject({ LifeCycleState: 'creating' });
  const create = 'scheduler create-schedule --name alice --schedule-expression at(2030-01-01T13:00:00)';
  await aws(create, '--flexible-time-window', '{"Mode":"OFF"}', '--target', target);
  expect(await aws('scheduler list-schedules')).toMatchObject({ Schedules: [{ Name: 'alice' }] });
  await expect(aws('ecs run-task --cluster missing --task-definition x')).rejects.toThrow(
    'ClusterNotFoundException',
  );
});

const PROGRAM = `
import boto3, json
ecs, efs, scheduler, dynamodb = (boto3.client(name) for name in ('ecs', 'efs', 'scheduler', 'dynamodb'))
schedule = dict(Name='alice', ScheduleExpression='at(2030-01-01T13:00:00)',
                FlexibleTimeWindow={'Mode': 'OFF'}, Target=json.loads('${target}'))
scheduler.create_schedule(**schedule)
seen = []
def raises(exception, call, **arguments):
    try:
        call(**arguments)
    except exception as error:
        seen.append(error.response['Error']['Code'])
raises(scheduler.exceptions.ConflictException, scheduler.create_schedule, **{**schedule, 'ClientToken': 'another'})
raises(ecs.exceptions.ClusterNotFoundException, ecs.list_tasks, cluster='missing')
raises(efs.exceptions.AccessPointNotFound, efs.delete_access_point, AccessPointId='fsap-0123456789abcdef0')
point = dict(ClientToken='home', FileSystemId='${FILE_SYSTEM}')
made = efs.create_access_point(**point)
try:
    efs.create_access_point(**point, PosixUser={'Uid': 1, 'Gid': 1})
except efs.exceptions.AccessPointAlreadyExists as error:
    assert error.response['AccessPointId'] == made['AccessPointId']
    seen.append('AccessPointAlreadyExists')
raises(dynamodb.exceptions.ResourceNotFoundException, dynamodb.describe_table, TableName='Missing')
print(json.dumps(dict(seen=seen, token=scheduler.get_schedule(Name='alice')['CreationDate'].year)))
`;

boto3('boto3 raises the exceptions of the services', async () => {
  const { stdout } = await run('python3', ['-c', PROGRAM], { env: environment() });
  expect(JSON.parse(stdout)).toEqual({
    seen: [
      'ConflictException',
      'ClusterNotFoundException',
      'AccessPointNotFound',
      'AccessPointAlreadyExists',
      'ResourceNotFoundException',
    ],
    token: 2030,
  });
});
