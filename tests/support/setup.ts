import fc from 'fast-check';

/**
 * Every property starts from this seed, so that a run of today is the run of tomorrow. `SEED=<n> npm test` tries another;
 * a failure prints its seed.
 */
fc.configureGlobal({ seed: Number(process.env.SEED ?? 20_260_101) });

// The SDK's notice about Node 20, once per test file, would hide what the tests say.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
