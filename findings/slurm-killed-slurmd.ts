import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TestSlurm } from '../experiments/src/fixtures/slurm.ts';

async function main(): Promise<void> {
  const slurm = await TestSlurm.start();
  const folder = mkdtempSync(join(tmpdir(), 'id3-finding-'));
  // Each copy says every second that it lives, in a file by its place in the chain.
  const beat = `for k in $(seq 40); do date +%s > ${folder}/copy-\${SLURM_RESTART_COUNT:-0}; sleep 1; done`;
  slurm.ask('sbatch', '--requeue', '--nodelist=n1', `--output=${folder}/log`, '--wrap', beat);
  slurm.ask('scontrol', 'update', 'jobid=1', 'reqnodelist=');
  const copies = () => readdirSync(folder).filter((name) => name.startsWith('copy-'));
  while (copies().length < 1) await sleep(100);
  slurm.ask('scontrol', 'update', 'jobid=1', 'reqnodelist=');
  await slurm.kill('n1');
  for (let k = 0; k < 600 && copies().length < 2; k++) await sleep(100);
  await sleep(3000);
  const now = Date.now() / 1000;
  const ages = copies().map((name) => now - Number(readFileSync(join(folder, name), 'utf8')));
  console.log(
    `Copies that said within two seconds that they live: ${ages.filter((age) => age < 2.5).length}`,
  );
  await slurm.stop();
  rmSync(folder, { recursive: true, force: true });
  process.exit(ages.filter((age) => age < 2.5).length === 2 ? 0 : 1);
}

void main();
