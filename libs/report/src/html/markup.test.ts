import fc from 'fast-check';
import { expect, it } from 'vitest';
import { markup } from './markup.ts';

it('any text that is put into a page is text there, in an element as in an attribute', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...`&<>"'a;#3 9/=-!`) }), (text) => {
      const { text: page } = markup`<p title="${text}">${text}</p>`;
      const [, attribute, content] = /^<p title="([^"<>']*)">([^"<>']*)<\/p>$/.exec(page)!;
      expect(content).toBe(attribute);
      const read = content.replace(/&(amp|lt|gt|quot|#39);/g, (sign) => ({ '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" })[sign]!); // prettier-ignore
      expect(read).toBe(text);
    }),
  );
});

it('lists are put in one after the other, nothing is nothing, and markup stays', () => {
  const parts = ['<', 1, false, undefined, markup`<b>&amp;</b>`, [[2]]] as const;
  expect(markup`(${parts})`.text).toBe('(&lt;1<b>&amp;</b>2)');
});
