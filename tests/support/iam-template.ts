import { ACCOUNT, REGION } from './iam-requests.ts';
import type { Resource } from './packaged.ts';

const PSEUDO: Record<string, string> = {
  'AWS::AccountId': ACCOUNT,
  'AWS::Region': REGION,
  'AWS::Partition': 'aws',
};

/**
 * Settles the references of a part of the template, as CloudFormation would for account 123456789012. Resources that are
 * named by it, and not by the template, have their logical id as their name.
 */
export function settled(value: unknown, resources: Readonly<Record<string, Resource>>): unknown {
  if (Array.isArray(value)) return value.map((item) => settled(item, resources));
  if (typeof value !== 'object' || value === null) return value;
  const {
    Ref: ref,
    'Fn::GetAtt': got,
    'Fn::Sub': sub,
    'Fn::Split': split,
  } = value as Record<string, unknown>;
  if (typeof ref === 'string') return PSEUDO[ref] ?? arnOf(ref, resources);
  if (Array.isArray(got)) return attribute(String(got[0]), String(got[1]), resources);
  if (typeof sub === 'string') {
    return sub.replace(/\$\{([\w:]+)(?:\.(\w+))?\}/g, (_, name: string, what?: string) =>
      what === undefined ? (PSEUDO[name] ?? arnOf(name, resources)) : attribute(name, what, resources),
    );
  }
  if (Array.isArray(split)) return String(settled(split[1], resources)).split(String(split[0]));
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, settled(part, resources)]));
}

function attribute(id: string, name: string, resources: Readonly<Record<string, Resource>>): string {
  const arn = arnOf(id, resources);
  return name === 'StreamArn' ? `${arn}/stream/2026-01-01T00:00:00.000` : arn;
}

function arnOf(id: string, resources: Readonly<Record<string, Resource>>): string {
  const { [id]: resource } = resources;
  if (resource === undefined) throw new Error(`the template refers to ${id}, which it does not have`);
  const arn = (service: string, name: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${name}`;
  const of: Record<string, () => string> = {
    'AWS::DynamoDB::Table': () => arn('dynamodb', `table/${resource.Properties.TableName}`),
    'AWS::IAM::Role': () => `arn:aws:iam::${ACCOUNT}:role/${id}`,
    'AWS::SQS::Queue': () => arn('sqs', id),
    'AWS::S3::Bucket': () => `arn:aws:s3:::${id.toLowerCase()}`,
    'AWS::SecretsManager::Secret': () => arn('secretsmanager', `secret:${id}`),
    'AWS::EFS::AccessPoint': () => arn('elasticfilesystem', `access-point/${id}`),
  };
  const { [resource.Type]: known } = of;
  if (known === undefined) throw new Error(`the ARN of ${id} (${resource.Type}) is not known`);
  return known();
}
