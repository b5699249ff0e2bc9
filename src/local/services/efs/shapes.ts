import * as z from 'zod';
import { AwsError } from '../wire.ts';

/** EFS's error for parameters that cannot be right. */
export const badRequest = (message: string) => new AwsError('BadRequest', 400, message);

/** An id where AWS takes an ARN as well; gives the id. */
function idOrArn(prefix: string, kind: string) {
  const pattern = new RegExp(
    `^(arn:aws[-a-z]*:elasticfilesystem:[0-9a-z-:]+:${kind}/)?${prefix}-[0-9a-f]{8,40}$`,
  );
  return z
    .string()
    .max(128)
    .regex(pattern)
    .transform((value) => value.slice(value.lastIndexOf('/') + 1));
}

export const fileSystemId = idOrArn('fs', 'file-system');
export const accessPointId = idOrArn('fsap', 'access-point');

export const tagsSchema = z.array(
  z.strictObject({
    Key: z
      .string()
      .min(1)
      .max(128)
      .regex(/^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/iu),
    Value: z
      .string()
      .max(256)
      .regex(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u),
  }),
);

export type Tags = z.output<typeof tagsSchema>;

/** The value of the tag `Name`, which EFS shows as an attribute. */
export function nameOf(tags: Tags): string | undefined {
  return tags.find(({ Key }) => Key === 'Name')?.Value;
}

/** `tags` with `changes` over them. */
export function mergeTags(tags: Tags, changes: Tags): Tags {
  const changed = new Set(changes.map(({ Key }) => Key));
  return [...tags.filter(({ Key }) => !changed.has(Key)), ...changes];
}

/** Of users and groups alike. */
const posixId = z.number().int().min(0).max(4_294_967_295);

/** https://docs.aws.amazon.com/efs/latest/ug/API_CreateAccessPoint.html */
export const createAccessPointSchema = z.strictObject({
  ClientToken: z.string().min(1).max(64),
  FileSystemId: fileSystemId,
  Tags: tagsSchema.optional(),
  PosixUser: z
    .strictObject({ Uid: posixId, Gid: posixId, SecondaryGids: z.array(posixId).max(16).optional() })
    .optional(),
  RootDirectory: z
    .strictObject({
      Path: z
        .string()
        .max(100)
        .regex(/^(\/|(\/(?!\.)+[^$#<>;`|&?{}^*/\n]+){1,4})$/)
        .optional(),
      CreationInfo: z
        .strictObject({
          OwnerUid: posixId,
          OwnerGid: posixId,
          Permissions: z.string().regex(/^[0-7]{3,4}$/),
        })
        .optional(),
    })
    .optional(),
});

export const pageSize = z.coerce.number().int().min(1).max(1000).default(100);
export const pageToken = z.string().min(1).max(128).optional();
