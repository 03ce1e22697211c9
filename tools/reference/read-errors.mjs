import { readdir, readFile } from 'node:fs/promises';
import ts from 'typescript';

/**
 * Every error class below a folder: its code, exit code and doc comment.
 * @returns {Promise<{ code: string, exit: string, says: string, file: string }[]>} sorted by code
 */
export async function errorPages(folder) {
  const files = (await readdir(folder, { recursive: true })).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
  );
  const errors = [];
  for (const file of files) {
    const text = await readFile(`${folder}/${file}`, 'utf8');
    if (!text.includes("'SLIP_")) continue;
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
    ts.forEachChild(source, (node) => {
      if (!ts.isClassDeclaration(node)) return;
      const code = initializer(node, 'code');
      if (code === undefined) return;
      errors.push({ code: code.slice(1, -1), exit: exitOf(node), says: docComment(node), file });
    });
  }
  return errors.sort((a, b) => (a.code < b.code ? -1 : 1));
}

const initializer = (node, name) =>
  node.members
    .find((member) => ts.isPropertyDeclaration(member) && member.name.getText() === name)
    ?.initializer?.getText();

const exitOf = (node) => initializer(node, 'exitCode')?.replace('EXIT.', '') ?? 'failed';

function docComment(node) {
  const [doc] = ts.getJSDocCommentsAndTags(node).filter((part) => ts.isJSDoc(part));
  const text = typeof doc?.comment === 'string' ? doc.comment : ts.getTextOfJSDocComment(doc?.comment);
  return (text ?? '').replace(/\s*\n\s*/g, ' ').trim();
}
