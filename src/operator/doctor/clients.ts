import { IAMClient } from '@aws-sdk/client-iam';
import { S3Client } from '@aws-sdk/client-s3';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import { type ClientOptions, type Clients, createClients } from '../../aws/clients.ts';

/** The services that only operators ask. */
export interface OperatorClients extends Clients {
  sqs: SQSClient;
  s3: S3Client;
  iam: IAMClient;
  sts: STSClient;
  quotas: ServiceQuotasClient;
}

/** A person waits for the answers: three tries, of five seconds each. */
const PATIENCE = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
};

/** One client of each service; see `createClients`. */
export function createOperatorClients(options: ClientOptions, endpoint: string | undefined): OperatorClients {
  const own = { ...options, ...PATIENCE };
  return {
    ...createClients(options),
    sqs: new SQSClient(own),
    // Emulators have no name in the DNS for each bucket.
    s3: new S3Client({ ...own, forcePathStyle: endpoint !== undefined }),
    iam: new IAMClient(own),
    sts: new STSClient(own),
    quotas: new ServiceQuotasClient(own),
  };
}
