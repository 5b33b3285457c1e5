const { spawn } = require('node:child_process');
const { join } = require('node:path');

const ID3 = join(__dirname, '..', 'bin', 'id3.cjs');

// nx:run-commands hands a line of text to a shell, which runs what stands in $(…) and takes words apart. Here they stay an array.
/** @returns {Promise<never>} this process ends with the command's exit code, 130 after Ctrl-C */
module.exports = ({ command, arguments: first = [], __unparsed__: typed }, { root }) => {
  const words = [process.execPath, ID3, command, ...first, ...typed];
  // On a terminal Nx runs this process and one above it in a pseudo terminal. The one above ends at Ctrl-C, and the terminal
  // with it, before a command has stopped in order. A shell's job control (POSIX: sh -m) gives the terminal, and so Ctrl-C, to the
  // command alone; its words are the shell's parameters, which it does not read.
  const [program, ...rest] = process.stdout.isTTY ? ['sh', '-mc', '"$@"; exit $?', 'sh', ...words] : words;
  const child = spawn(program, rest, { cwd: root, stdio: 'inherit' });
  // Nx sends SIGTERM to each of its tasks' processes, and a terminal sends SIGINT: the command gets its own.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
  return new Promise((_, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => process.exit(code ?? 1));
  });
};
