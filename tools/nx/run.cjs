const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { delimiter, join } = require('node:path');

/**
 * Runs programs of node_modules one after the other, until one fails; words that are typed after the target go to the last. No shell reads them, as it
 * does under nx:run-commands.
 *
 * @returns {Promise<{ success: boolean }>}
 */
module.exports = async ({ steps, folder = '', variables = {}, __unparsed__: typed }, { root }) => {
  const path = [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
  const options = {
    cwd: join(root, folder),
    env: { ...process.env, PATH: path, ...variables },
    stdio: 'inherit',
  };
  for (const [k, [program, ...words]] of steps.entries()) {
    const isLast = k === steps.length - 1;
    const [code] = await once(spawn(program, isLast ? [...words, ...typed] : words, options), 'close');
    if (code !== 0) return { success: false };
  }
  return { success: true };
};
