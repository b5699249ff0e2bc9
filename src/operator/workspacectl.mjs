#!/usr/bin/env node
// Plain JavaScript, so that Node can start it as it is; everything behind it is TypeScript.
import { fileURLToPath } from 'node:url';
import { register } from 'tsx/esm/api';

// Our own settings: without them, those of whatever folder the operator happens to stand in are used.
register({ tsconfig: fileURLToPath(new URL('../../tsconfig.json', import.meta.url)) });
await import('./workspacectl.ts');
