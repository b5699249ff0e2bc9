// Plain JavaScript, so that the framework can load it as it is; everything behind it is TypeScript.
import { fileURLToPath } from 'node:url';
import { register } from 'tsx/esm/api';

/** Prepares the service before it is packaged, finishes its template, and refuses to deploy what is only for looking at. */
export default class WorkspaceCleanup {
  constructor(serverless, _options, { log }) {
    const load = async () => {
      const unregister = register({
        tsconfig: fileURLToPath(new URL('../../tsconfig.json', import.meta.url)),
      });
      try {
        return await import('./prepare-service.ts');
      } finally {
        await unregister();
      }
    };
    this.hooks = {
      'before:package:initialize': async () => {
        const { prepareService } = await load();
        for (const line of prepareService(serverless)) log.notice(line);
      },
      'after:aws:package:finalize:mergeCustomProviderResources': async () => {
        const { finishTemplate } = await load();
        for (const line of finishTemplate(serverless)) log.notice(line);
      },
      'before:deploy:deploy': async () => {
        const { refuseLookOnly } = await load();
        refuseLookOnly(serverless);
      },
    };
  }
}
