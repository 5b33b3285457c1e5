import ts from 'typescript';

/** A function in a source file. */
export interface FunctionMeasure {
  name: string;
  /** The line it begins on, from 1. */
  line: number;
  /** How many lines it takes, with what it holds. */
  lines: number;
  /** How many positional parameters it has. */
  parameters: number;
}

export interface SourceMeasures {
  lines: number;
  functions: FunctionMeasure[];
  /** How many `as` casts there are, `as const` left out. */
  casts: number;
}

/** Measures one TypeScript file. `path` tells its dialect (.ts, .tsx, .mjs). */
export function measureSource(path: string, text: string): SourceMeasures {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const lineOf = (position: number) => file.getLineAndCharacterOfPosition(position).line + 1;
  const functions: FunctionMeasure[] = [];
  let casts = 0;
  const visit = (node: ts.Node): void => {
    if (ts.isAsExpression(node) && !ts.isConstTypeReference(node.type)) casts++;
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      const line = lineOf(node.getStart(file));
      const parameters = node.parameters.filter(({ name }) => name.getText(file) !== 'this').length;
      functions.push({ name: nameOf(node, file), line, lines: lineOf(node.end) - line + 1, parameters });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  return { lines, functions, casts };
}

/** Its own name, or that of the variable, property or call it is given to. */
function nameOf(node: ts.SignatureDeclaration, file: ts.SourceFile): string {
  if (ts.isConstructorDeclaration(node)) return `new ${node.parent.name?.getText(file) ?? 'class'}`;
  if (node.name !== undefined) {
    const owner = ts.isClassLike(node.parent) ? `${node.parent.name?.getText(file) ?? 'class'}.` : '';
    return owner + node.name.getText(file);
  }
  const { parent } = node;
  if (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent))
    return parent.name.getText(file);
  if (ts.isCallExpression(parent)) return `${parent.expression.getText(file).split('\n')[0]}(…)`;
  return 'anonymous';
}
