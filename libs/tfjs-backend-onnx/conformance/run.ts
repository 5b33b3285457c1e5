// Runs tfjs-core's own specs on the backend and compares the outcome with exclusions.ts.
// Usage: tsx run.ts
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { EXCLUSIONS } from './exclusions.ts';

const require = createRequire(import.meta.url);
const here = dirname(fileURLToPath(import.meta.url));

interface SpecResult {
  fullName: string;
  status: string;
  failedExpectations: { message: string }[];
}

/** Bundles the specs with the backend, so that both see one copy of tfjs-core. */
async function bundle(outfile: string): Promise<void> {
  await build({
    stdin: {
      contents: `import './environment.ts'; import '@tensorflow/tfjs-core/dist/tests.js';`,
      resolveDir: here,
    },
    outfile,
    bundle: true,
    ignoreAnnotations: true, // tfjs-core declares its specs free of side effects
    format: 'cjs',
    platform: 'node',
    mainFields: ['module', 'main'],
    define: { 'import.meta.url': JSON.stringify(import.meta.url) },
    external: ['onnxruntime-node', 'jasmine-core', 'protobufjs', 'node-fetch'],
    logLevel: 'error',
  });
}

async function runSpecs(file: string): Promise<SpecResult[]> {
  const { default: Jasmine } = (await import(pathToFileURL(require.resolve('jasmine')).href)) as {
    default: new () => {
      loadConfig(config: object): void;
      clearReporters(): void;
      addReporter(reporter: { specDone(result: SpecResult): void }): void;
      exitOnCompletion: boolean;
      execute(files: string[], filter?: string): Promise<unknown>;
    };
  };
  const jasmine = new Jasmine();
  jasmine.loadConfig({ random: false, spec_dir: '.' });
  jasmine.exitOnCompletion = false;
  const results: SpecResult[] = [];
  jasmine.clearReporters();
  jasmine.addReporter({ specDone: (result) => void results.push(result) });
  await jasmine.execute([file]);
  return results;
}

const file = join(here, '../dist/conformance.cjs'); // within the workspace, where packages are found
await bundle(file);
const results = (await runSpecs(file)).filter(({ status }) => status === 'passed' || status === 'failed');

const provider = process.env.ONNX_TEST_PROVIDER ?? 'cpu';
const reasonOf = (name: string) => EXCLUSIONS[provider]?.find(({ specs }) => specs.includes(name));
const failed = results.filter(({ status }) => status === 'failed');
const unexpected = failed.filter(({ fullName }) => reasonOf(fullName) === undefined);
const recovered = results.filter(
  ({ status, fullName }) => status === 'passed' && reasonOf(fullName) !== undefined,
);
for (const { fullName, failedExpectations } of unexpected) {
  console.log(
    `FAILED ${fullName}\n    ${failedExpectations[0]?.message.split('\n').slice(0, 3).join('\n    ')}`,
  );
}
for (const { fullName } of recovered) console.log(`PASSED although excluded: ${fullName}`);
console.log(
  `${results.length} specs: ${results.length - failed.length} passed, ` +
    `${failed.length - unexpected.length} failed as listed, ${unexpected.length} failed unexpectedly, ` +
    `${recovered.length} passed although excluded`,
);
process.exit(unexpected.length + recovered.length > 0 ? 1 : 0);
