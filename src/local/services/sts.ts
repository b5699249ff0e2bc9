import { randomUUID } from 'node:crypto';
import { LOCAL_ACCOUNT_ID } from './arn.ts';
import type { Service } from './wire.ts';

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** Security Token Service, as far as `aws sts get-caller-identity`, with which people see whom they talk to. */
export const answerSts: Service = async ({ body }) => {
  const action = new URLSearchParams(body.toString('utf8')).get('Action') ?? '';
  const headers = { 'content-type': 'text/xml' };
  if (action !== 'GetCallerIdentity') {
    const message = `The local stack's STS knows GetCallerIdentity only.`;
    return { status: 400, headers, body: errorXml('InvalidAction', message) };
  }
  return { status: 200, headers, body: identityXml() };
};

function identityXml(): string {
  return (
    `<GetCallerIdentityResponse xmlns="${NAMESPACE}"><GetCallerIdentityResult>` +
    `<Arn>arn:aws:iam::${LOCAL_ACCOUNT_ID}:root</Arn><UserId>${LOCAL_ACCOUNT_ID}</UserId><Account>${LOCAL_ACCOUNT_ID}</Account>` +
    `</GetCallerIdentityResult>${metadata()}</GetCallerIdentityResponse>`
  );
}

function errorXml(code: string, message: string): string {
  return (
    `<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>Sender</Type><Code>${code}</Code>` +
    `<Message>${message}</Message></Error>${metadata()}</ErrorResponse>`
  );
}

function metadata(): string {
  return `<ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata>`;
}
