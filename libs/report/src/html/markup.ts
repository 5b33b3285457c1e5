/** Text that is markup already: it stands in a page as it is. */
export class Markup {
  constructor(readonly text: string) {}
}

/** What a template takes: texts and numbers, which are escaped, markup, lists of these, and nothing. */
export type Content = Markup | string | number | false | undefined | readonly Content[];

const SIGNS: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as it stands in an element or in a quoted attribute of HTML and SVG. */
export const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => SIGNS[sign]);

function textOf(content: Content): string {
  if (content instanceof Markup) return content.text;
  if (content === undefined || content === false) return '';
  return typeof content === 'object' ? content.map(textOf).join('') : escaped(String(content));
}

/** Markup from a template (not named `html`, in which Prettier would move white space); whatever is put into it is escaped, unless it is markup itself. Attributes must be quoted. */
export const markup = (parts: TemplateStringsArray, ...contents: readonly Content[]): Markup =>
  new Markup(parts.map((part, k) => part + textOf(contents[k])).join(''));
