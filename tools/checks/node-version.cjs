// Says in one sentence that this Node cannot run the workbench, as soon as it is loaded: the command line's first import, before
// any other module does its work. Written for every Node since 14, without packages. (npm ci refuses such a Node by .npmrc.)
const { engines } = require('../../package.json');

/** Whether a version lies in a range of `^a.b.c` and `>=a.b.c` joined by `||`; package.json's `engines` uses no more than that. */
function satisfies(version, range) {
  return range.split('||').some((part) => {
    const [, operator, ...lowest] = /^(\^|>=)(\d+)\.(\d+)\.(\d+)$/.exec(part.trim());
    const [major, minor, patch] = version.split('.').map((digits) => parseInt(digits, 10));
    const [lowestMajor, lowestMinor, lowestPatch] = lowest.map(Number);
    if (major !== lowestMajor) return operator === '>=' && major > lowestMajor;
    return minor > lowestMinor || (minor === lowestMinor && patch >= lowestPatch);
  });
}

/** Ends the process with exit code 1 and one sentence where package.json's `engines` leaves out this Node. */
function checkNode(version = process.versions.node) {
  if (satisfies(version, engines.node)) return;
  console.error(
    `The workbench does not run on Node ${version}; it needs ${engines.node} (see .nvmrc): choose such a Node and run npm ci again.`,
  );
  process.exit(1);
}

checkNode();

module.exports = { checkNode, satisfies };
