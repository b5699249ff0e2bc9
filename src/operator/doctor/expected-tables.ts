/** A table as serverless.yml makes it, and as this system needs it; a test compares the two. */
export interface ExpectedTable {
  /** The variable that has its name. */
  variable: string;
  /** Attributes of the key, partition first. */
  key: readonly string[];
  indexes: Readonly<Record<string, readonly string[]>>;
  /** What its stream shows; undefined where it has none. */
  stream: 'NEW_AND_OLD_IMAGES' | 'NEW_IMAGE' | undefined;
  /** The attribute at whose time items go by themselves. */
  expiry: string | undefined;
}

export const TABLES: readonly ExpectedTable[] = [
  {
    variable: 'WORKSPACE_STATUS_TABLE',
    key: ['clientId', 'userId'],
    indexes: { upcoming: ['armedDay', 'armedFor'], waiting: ['waitingFor', 'waitingSince'] },
    stream: 'NEW_AND_OLD_IMAGES',
    expiry: undefined,
  },
  {
    variable: 'CLIENT_ACCOUNTS_TABLE',
    key: ['clientId'],
    indexes: {},
    stream: 'NEW_AND_OLD_IMAGES',
    expiry: undefined,
  },
  { variable: 'WORKSPACE_UIDS_TABLE', key: ['uid'], indexes: {}, stream: undefined, expiry: undefined },
  {
    variable: 'WORKSPACE_HISTORY_TABLE',
    key: ['workspace', 'entry'],
    indexes: {},
    stream: 'NEW_IMAGE',
    expiry: 'expiresAt',
  },
  {
    variable: 'CLEANUP_CONTROL_TABLE',
    key: ['kind', 'key'],
    indexes: {},
    stream: 'NEW_AND_OLD_IMAGES',
    expiry: 'expiresAt',
  },
];
