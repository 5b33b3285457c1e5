const { spawn } = require('node:child_process');
const { join } = require('node:path');
const { createInterface } = require('node:readline');

const ID3 = join(__dirname, '..', 'bin', 'id3.cjs');

// nx:run-commands hands a line of text to a shell, which runs what stands in $(…) and takes words apart. Here they stay an array.
// Nx runs all in the workspace's root; where the person stands, npx and npm tell as INIT_CWD. Paths of options count from there.
process.env.ID3_FROM = process.env.INIT_CWD ?? '';
/** @returns {Promise<never>} this process ends with the command's exit code, 130 after Ctrl-C */
module.exports = ({ command, arguments: first = [], __unparsed__: typed }, { root }) => {
  const words = [process.execPath, ID3, command, ...first, ...typed];
  const child = process.stdout.isTTY ? onTerminal(words, root) : intoPipes(words, root);
  // The command gets its own: Ctrl-C from the terminal, SIGTERM from Nx, which sends it to every process below.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
  return new Promise((_, reject) => {
    child.on('error', reject);
    child.on('close', (code) => process.exit(code ?? 1));
  });
};

/**
 * Nx runs this process and one above it in a pseudo terminal. The one above ends at Ctrl-C, and the terminal with it, before a
 * command has stopped in order. A shell's job control (POSIX: sh -m) gives the terminal, and so Ctrl-C, to the command alone; the
 * words are the shell's parameters, which it does not read.
 */
function onTerminal(words, cwd) {
  return spawn('sh', ['-mc', '"$@"; exit $?', 'sh', ...words], { cwd, stdio: 'inherit' });
}

/** Nx reads the pipes line by line and leaves empty lines out, which tables need: they get a blank. */
function intoPipes([program, ...words], cwd) {
  const child = spawn(program, words, { cwd, stdio: ['inherit', 'pipe', 'pipe'] });
  for (const stream of ['stdout', 'stderr'])
    createInterface({ input: child[stream] }).on('line', (line) => process[stream].write(`${line || ' '}\n`));
  return child;
}
