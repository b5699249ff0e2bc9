import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { unzip } from 'fflate';
import { BadInputError } from '../core/errors.ts';
import type { DeployedFunction } from './deployed-functions.ts';
import { type DeployedTemplate, referredBy } from './deployed-template.ts';

/** Where code comes from. */
export interface CodeSources {
  s3: S3Client;
  template: DeployedTemplate;
  /** AWS_ENDPOINT_URL. Code is taken from nowhere else. */
  endpoint: string;
}

/** The code of deployed functions, unpacked into a folder of its own, which `remove` takes away. */
export class DeployedCode {
  private readonly sources: CodeSources;
  private readonly root = mkdtempSync(join(tmpdir(), 'workspace-cleanup-smoke-'));
  /** Several functions may be deployed with one and the same package. */
  private readonly folders = new Map<string, Promise<string>>();

  constructor(sources: CodeSources) {
    this.sources = sources;
  }

  /** The folder with the function's code. Throws BadInputError if the endpoint does not give it. */
  folderOf(deployed: DeployedFunction): Promise<string> {
    const place = this.placeOf(deployed);
    const id = JSON.stringify(place);
    const folder = this.folders.get(id) ?? this.unpack(place, join(this.root, String(this.folders.size)));
    this.folders.set(id, folder);
    return folder;
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  /** An emulator may name an address of AWS itself, which knows nothing of it: then it is in the bucket of the stack. */
  private placeOf({ name, fullName, codeLocation }: DeployedFunction): Place {
    const { endpoint, template } = this.sources;
    if (codeLocation !== undefined && hostOf(codeLocation) === hostOf(endpoint)) return { url: codeLocation };
    const resource = Object.entries(template.resources).find(
      ([id, { Type }]) => Type === 'AWS::Lambda::Function' && template.physicalIds.get(id) === fullName,
    )?.[1];
    const { S3Bucket, S3Key } = (resource?.Properties.Code ?? {}) as { S3Bucket?: unknown; S3Key?: unknown };
    const bucket = typeof S3Bucket === 'string' ? S3Bucket : referredBy(S3Bucket, template);
    if (bucket !== undefined && typeof S3Key === 'string') return { bucket, key: S3Key };
    throw new BadInputError(
      `the code of ${name} is at ${codeLocation}, expected it at ${endpoint} or in a bucket that the stack names`,
    );
  }

  private async unpack(place: Place, folder: string): Promise<string> {
    const files = await unzipped(await this.download(place));
    for (const [name, content] of Object.entries(files)) {
      const path = join(folder, name);
      if (relative(folder, path).startsWith('..'))
        throw new BadInputError(`the package has a file ${name}, expected none outside of it`);
      if (name.endsWith('/')) continue;
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    }
    return folder;
  }

  private async download(place: Place): Promise<Uint8Array> {
    if ('url' in place) {
      const response = await fetch(place.url);
      if (response.ok) return new Uint8Array(await response.arrayBuffer());
      throw new BadInputError(`${place.url} answers ${response.status}, expected the code of a function`);
    }
    const { Body } = await this.sources.s3.send(
      new GetObjectCommand({ Bucket: place.bucket, Key: place.key }),
    );
    if (Body !== undefined) return Body.transformToByteArray();
    throw new BadInputError(`s3://${place.bucket}/${place.key} is empty, expected the code of a function`);
  }
}

type Place = { url: string } | { bucket: string; key: string };

function hostOf(address: string): string | undefined {
  return URL.canParse(address) ? new URL(address).host : undefined;
}

function unzipped(packed: Uint8Array): Promise<Record<string, Uint8Array>> {
  return new Promise((resolve, reject) => {
    unzip(packed, (error, files) => (error ? reject(error) : resolve(files)));
  });
}
