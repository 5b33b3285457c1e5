#!/usr/bin/env node
// Plain JavaScript, so that a Node which cannot run TypeScript reads it too: prepares Node, then starts the command line.
require('../checks/node-version.cjs');
// Code once compiled is kept, where Node (22.1 and later) can do that.
require('node:module').enableCompileCache?.();
void import('tsx').then(() => import('../src/id3.ts')).then(({ id3 }) => id3(process.argv.slice(2)));
