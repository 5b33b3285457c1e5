import { describe, expect, it } from 'vitest';
import { parseCfpProtocol, parseCrossLfwPairs, parseFlaggedPairs, parseLfwPairs } from './pair-lists.ts';

const range = (n: number) => Array.from({ length: n }, (_, i) => i);

describe("LFW's pairs.txt", () => {
  // In the words of LFW's README: 10 sets of 300 matched, then 300 mismatched pairs.
  const text = [
    '10\t300',
    ...range(10).flatMap((set) => [
      ...range(300).map((i) => `Al_${set}\t${i + 1}\t${i + 2}`),
      ...range(300).map((i) => `Al_${set}\t${i + 1}\tBo_${set}\t1`),
    ]),
  ].join('\n');
  it('has ten folds of 300 + 300 pairs', () => {
    const pairs = parseLfwPairs(text, 'pairs.txt');
    expect(pairs).toHaveLength(6000);
    for (const fold of range(10))
      for (const same of [true, false])
        expect(pairs.filter((pair) => pair.fold === fold && pair.same === same)).toHaveLength(300);
    expect(pairs[0]).toEqual({ a: 'Al_0/Al_0_0001.jpg', b: 'Al_0/Al_0_0002.jpg', same: true, fold: 0 });
    expect(pairs[5999]).toEqual({ a: 'Al_9/Al_9_0300.jpg', b: 'Bo_9/Bo_9_0001.jpg', same: false, fold: 9 });
  });
  it('may lack pairs, whose folds are then of unequal size', () => {
    const [head, ...lines] = text.split('\n');
    // All of fold 1's different pairs but one, and every other one of fold 9's last.
    const less = lines.filter((_, i) => !(i > 300 && i < 600) && !(i > 5500 && i % 2 === 0));
    const pairs = parseLfwPairs([head, ...less].join('\n'), 'pairs.txt');
    const of = (fold: number, same: boolean) =>
      pairs.filter((pair) => pair.fold === fold && pair.same === same).length;
    expect(range(10).map((fold) => of(fold, true))).toEqual([...Array(9).fill(300), 201]);
    expect(range(10).map((fold) => of(fold, false))).toEqual([1, ...Array(8).fill(300), 150]);
    expect(pairs.at(-1)).toMatchObject({ a: 'Al_9/Al_9_0300.jpg', fold: 9 });
    // A fold without pairs of one kind cannot be told from its neighbour.
    const without = lines.filter((_, i) => i < 300 || i >= 600);
    expect(() => parseLfwPairs([head, ...without].join('\n'), 'pairs.txt')).toThrow(
      /announces 10 × 2 × 300 pairs but lists 5700; get the file again/,
    );
    expect(() => parseLfwPairs([head, ...lines, lines[0]].join('\n'), 'pairs.txt')).toThrow(/but lists 6001/);
  });
  it.each([
    ['', /lists no pairs/],
    ['300\n', /"300" is not the numbers of folds/],
    ['2\t1\nA\t1\t2\n', /announces 2 × 2 × 1 pairs but lists 1/],
    ['2 1\nA 1 2\nA 1 B 1\nA 1 B 1\nA 1 2\n', /line 4: "A 1 B 1" is not a pair of one person/],
    ['2 1\nA 1 2\nA 1 B x\nA 1 2\nA 1 B 1\n', /line 3: .* the number of a picture/],
  ])('is refused by line: %j', (text, message) => {
    expect(() => parseLfwPairs(text, 'pairs.txt')).toThrow(message);
  });
});

describe("AgeDB-30's list", () => {
  it('has ten folds of equal length in file order', () => {
    const text = range(6000)
      .map((i) => `${i}_a.jpg ${i}_b.jpg ${i % 2}`)
      .join('\r\n');
    const pairs = parseFlaggedPairs(text, 'agedb_30_pair.txt');
    expect(pairs[601]).toEqual({ a: '601_a.jpg', b: '601_b.jpg', same: true, fold: 1 });
    expect(pairs.map(({ fold }) => fold)).toEqual(range(6000).map((i) => Math.floor(i / 600)));
  });
  it('may flag with 1 and -1', () => {
    expect(parseFlaggedPairs('a b 1\nc d -1\n', 'l').map(({ same }) => same)).toEqual([true, false]);
  });
  it('is refused by line', () => {
    expect(() => parseFlaggedPairs('a b 1\nc d\n', 'list.txt')).toThrow(/list\.txt, line 2: "c d" is not/);
  });
});

describe("CALFW's and CPLFW's lists", () => {
  const lines = (pairs: [a: string, b: string, number: number][]) =>
    pairs.flatMap(([a, b, number]) => [`${a} ${number}`, `${b} ${number}`]).join('\n');
  it('take stated folds (CALFW) for one person and tenths in order for two', () => {
    // CALFW lists pairs of one person first; here their folds come backwards.
    const same = range(3000).map((i): [string, string, number] => [
      `s${i}`,
      `t${i}`,
      10 - Math.floor(i / 300),
    ]);
    const different = range(3000).map((i): [string, string, number] => [`d${i}`, `e${i}`, 0]);
    const pairs = parseCrossLfwPairs(lines([...same, ...different]), 'pairs_CALFW.txt');
    expect(pairs[0]).toEqual({ a: 's0', b: 't0', same: true, fold: 9 });
    expect(pairs[3000]).toEqual({ a: 'd0', b: 'e0', same: false, fold: 0 });
    for (const fold of range(10))
      for (const kind of [true, false])
        expect(pairs.filter((pair) => pair.fold === fold && pair.same === kind)).toHaveLength(300);
  });
  it('take tenths of each kind where none is stated (CPLFW), whatever their order', () => {
    const mixed = range(60).map((i): [string, string, number] => [`a${i}`, `b${i}`, i % 3 === 0 ? 1 : 0]);
    const pairs = parseCrossLfwPairs(lines(mixed), 'pairs_CPLFW.txt');
    for (const fold of range(10)) {
      expect(pairs.filter((pair) => pair.fold === fold && pair.same)).toHaveLength(2);
      expect(pairs.filter((pair) => pair.fold === fold && !pair.same)).toHaveLength(4);
    }
  });
  it('are refused by line', () => {
    expect(() => parseCrossLfwPairs('a 1\nb 0\n', 'l')).toThrow(
      /line 2: "b 0" is not the number of the line before it, 1/,
    );
    expect(() => parseCrossLfwPairs('a 1\n', 'l')).toThrow(/two lines each/);
    expect(() => parseCrossLfwPairs('a 11\nb 11\n', 'l')).toThrow(/line 1/);
  });
});

describe("CFP's protocol", () => {
  const list = (kind: string) =>
    range(20)
      .map((i) => `${i + 1} ../Data/Images/${kind}/${i + 1}.jpg`)
      .join('\n');
  const splits = range(10).map((k) => ({
    same: `${k + 1},${k + 2}\n${k + 2},${k + 1}\n`,
    different: `${k + 1},${k + 11}\n${k + 2}, ${k + 11}\n`,
  }));
  it('takes second pictures from the list of profiles, a split a fold', () => {
    const pairs = parseCfpProtocol({ first: list('frontal'), second: list('profile'), splits }, 'Protocol');
    expect(pairs).toHaveLength(40);
    expect(pairs[39]).toEqual({
      a: '../Data/Images/frontal/11.jpg',
      b: '../Data/Images/profile/20.jpg',
      same: false,
      fold: 9,
    });
    expect(pairs.map(({ fold }) => fold)).toEqual(range(40).map((i) => Math.floor(i / 4)));
  });
  it('is refused where a number is in no list', () => {
    const bad = [{ same: '1,21', different: '1,2' }];
    expect(() => parseCfpProtocol({ first: list('f'), second: list('p'), splits: bad }, 'Protocol')).toThrow(
      /Protocol, split 1, same, line 1: "1,21" is not two numbers of the picture lists/,
    );
  });
});
