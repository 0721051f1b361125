import { describe, expect, it } from 'vitest'
import { chunkText } from './chunk.ts'
import { outlineCode } from './code.ts'
import { codeLanguageOf } from './code-languages.ts'

function chunksOf(name: string, text: string): { path: string; text: string }[] {
  const language = codeLanguageOf(name)
  if (!language) throw new Error(`'${name}' is no code`)
  const { blocks } = outlineCode(text, language)
  return chunkText(text, blocks).map(({ start, end, headings }) => ({ path: headings.join(' > '), text: text.slice(start, end) }))
}

/** Lines that make a body long. */
const body = (indent: string, lines = 45, end = ';'): string =>
  Array.from({ length: lines }, (_, at) => `${indent}record(${at}, "some value")${end}`).join('\n')

describe('outlineCode', () => {
  it('keeps functions whole, with the comments above them, and joins small neighbours by name', () => {
    const text = `import { a } from 'a'\n\n/** Adds. */\nexport function add(x: number): number {\n  return x + 1\n}\n\nconst twice = (x: number) => x * 2\n\n// Long.\nasync function long() {\n${body('  ')}\n}\n`
    expect(chunksOf('a.ts', text).map(({ path, text: chunk }) => [path, chunk.slice(0, 8), chunk.slice(-2)])).toEqual([
      ['add, twice', 'import {', ' 2'],
      ['long', '// Long.', '\n}'],
    ])
  })

  it('cuts a large class into its members below its name', () => {
    const text = `/** A cart. */\nexport class Cart {\n  items = []\n\n  @traced\n  add(item) {\n${body('    ', 40)}\n  }\n\n  async remove(item) {\n${body('    ', 40)}\n  }\n}\n`
    const chunks = chunksOf('cart.ts', text)
    expect(chunks.map(({ path }) => path)).toEqual(['Cart', 'Cart > add', 'Cart > remove'])
    expect(chunks[0]?.text).toBe('/** A cart. */\nexport class Cart {\n  items = []')
    expect(chunks[1]?.text.startsWith('  @traced\n  add(item) {')).toBe(true)
    expect(chunks[2]?.text.endsWith('  }\n}')).toBe(true)
  })

  const member = 40
  it.each([
    [
      'python',
      'a.py',
      `import os\n\nclass Shop:\n    """Sells.\n\nNot indented."""\n\n    @property\n    def total(self):\n${body('        ', member, '')}\n\n    def close(self):\n${body('        ', member, '')}\n\ndef main():\n${body('    ', member, '')}\n`,
      ['Shop > total', 'Shop > close', 'main'],
    ],
    [
      'java',
      'A.java',
      `package a;\n\n@Service\npublic class Shop<T> extends Base {\n    private final int x = '{';\n\n    public Shop(int x) {\n${body('        ', member)}\n    }\n\n    @Override\n    public List<T> total(String s) throws E {\n${body('        ', member)}\n    }\n}\n`,
      ['Shop > Shop', 'Shop > total'],
    ],
    [
      'go',
      'a.go',
      `package a\n\nfunc (s *Shop) Total(x int) (int, error) {\n${body('\t', member, '')}\n}\n\nfunc Close() {\n${body('\t', member, '')}\n}\n`,
      ['Shop.Total', 'Close'],
    ],
    [
      'rust',
      'a.rs',
      `use a;\n\nimpl<'a> Display for Shop<'a> {\n    fn fmt(&self) -> Result {\n${body('        ', member)}\n    }\n\n    pub fn total(&self) -> u32 {\n${body('        ', member)}\n    }\n}\n\npub(crate) async fn run() {\n${body('    ', member)}\n}\n`,
      ["Display for Shop<'a> > fmt", "Display for Shop<'a> > total", 'run'],
    ],
    [
      'c',
      'a.c',
      `#include <a.h>\n\nstatic int\ntotal(struct shop *s)\n{\n    char c = '{';\n${body('    ', member)}\n}\n\nvoid shop_close(void) {\n${body('    ', member)}\n}\n`,
      ['total', 'shop_close'],
    ],
    [
      'c++',
      'a.cpp',
      `namespace shop {\n\nint Shop::total(const T& x) {\n${body('  ', member)}\n}\n\ntemplate <typename T>\nT close(T x) {\n${body('  ', member)}\n}\n}\n`,
      ['shop', 'Shop::total', 'close'],
    ],
    [
      'c#',
      'A.cs',
      `namespace A\n{\n    public sealed class Shop\n    {\n        public int Total(int x)\n        {\n${body('            ', member)}\n        }\n\n        private void Close()\n        {\n${body('            ', member)}\n        }\n    }\n}\n`,
      ['A > Shop > Total', 'A > Shop > Close'],
    ],
    [
      'kotlin',
      'a.kt',
      `class Shop {\n    override fun total(x: Int): Int {\n${body('        ', member, '')}\n    }\n\n    suspend fun close() {\n${body('        ', member, '')}\n    }\n}\n`,
      ['Shop > total', 'Shop > close'],
    ],
    [
      'ruby',
      'a.rb',
      `class Shop\n  def total(x)\n${body('    ', member, '')}\n  end\n\n  def close!\n${body('    ', member, '')}\n  end\nend\n`,
      ['Shop > total', 'Shop > close!'],
    ],
    [
      'php',
      'a.php',
      `<?php\nfinal class Shop {\n    public static function total($x) {\n${body('        ', member)}\n    }\n\n    function close() {\n${body('        ', member)}\n    }\n}\n`,
      ['Shop > total', 'Shop > close'],
    ],
    [
      'swift',
      'a.swift',
      `extension Shop {\n    func total(_ x: Int) -> Int {\n${body('        ', member, '')}\n    }\n\n    private func close() {\n${body('        ', member, '')}\n    }\n}\n`,
      ['Shop > total', 'Shop > close'],
    ],
    [
      'scala',
      'a.scala',
      `object Shop {\n  def total(x: Int): Int = {\n${body('    ', member, '')}\n  }\n\n  private def close() = {\n${body('    ', member, '')}\n  }\n}\n`,
      ['Shop > total', 'Shop > close'],
    ],
    [
      'shell',
      'a.sh',
      `set -e\n\ntotal() {\n${body('  ', member, '')}\n}\n\nfunction close() {\n${body('  ', member, '')}\n}\n`,
      ['total', 'close'],
    ],
    [
      'sql',
      'a.sql',
      `-- Goods.\ncreate table if not exists shop.goods (\n${body('  ', member, ',')}\n);\n\ncreate or replace function total() returns int as $$\n${body('  ', member)}\n$$ language sql;\n`,
      ['shop.goods', 'total'],
    ],
  ])('finds the symbols of %s', (_, name, text, paths) => {
    const found = chunksOf(name, text).map(({ path }) => path)
    for (const path of paths) expect(found).toContain(path)
    expect(found.filter((path) => !paths.some((known) => known === path || known.startsWith(path) || path === ''))).toEqual([])
  })

  it('loses no line, whatever the text', () => {
    const nasty = [
      '{'.repeat(50_000),
      `${'}\n'.repeat(5000)}function a() {`,
      `class A {\n${'  class B {\n'.repeat(2000)}`,
      `const a = \`\nfunction inString() {\n\`\nfunction real() {\n${body('  ')}\n}`,
      `${'function a() {\n'.repeat(3000)}`,
      'x'.repeat(100_000),
      `/* ${'never closed\n'.repeat(3000)}`,
      'a('.repeat(5000),
    ]
    for (const text of nasty) {
      for (const name of ['a.ts', 'a.py', 'a.c']) {
        const covered = new Uint8Array(text.length)
        const language = codeLanguageOf(name)
        if (!language) throw new Error(name)
        for (const { start, end } of chunkText(text, outlineCode(text, language).blocks)) covered.fill(1, start, end)
        expect([...text].filter((sign, at) => sign.trim() !== '' && covered[at] === 0)).toEqual([])
      }
    }
  })
})
