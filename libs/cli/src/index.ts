export {
  command,
  Stopped,
  type Command,
  type Context,
  type Option,
  type Options,
  type Values,
} from './command.ts';
export { numberBetween, numberList, wholeNumber, wordList } from './conversions.ts';
export { main, type Program } from './main.ts';
export { progressPrinter } from './progress.ts';
export { nearest } from './nearest.ts';
export { fromWhereOneStands, pathList } from './paths.ts';
