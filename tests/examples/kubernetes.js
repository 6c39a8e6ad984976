// imbytes tests: examples/farm/kubernetes.yaml against the schema of Kubernetes' API.
//
//   node kubernetes.js FILE     in a folder with the packages kubernetes-models and js-yaml
//
// SPDX-License-Identifier: LGPL-2.1-or-later
const fs = require('fs');
const load = name => require(require.resolve(name, {paths: [process.cwd()]}));
const {Job} = load('kubernetes-models/batch/v1');
const tree = load('js-yaml').load(fs.readFileSync(process.argv[2], 'utf8'));

function check(name, held, why) {
  console.log(held ? `ok   ${name}` : `FAIL ${name}: ${why}`);
  return held;
}

// What is wrong with it, or nothing.
function refuse(job) {
  try {
    new Job(job).validate();
    return '';
  } catch (error) {
    return error.message;
  }
}

const spoilt = structuredClone(tree);
spoilt.spec.completions = 'x';
const container = tree.spec.template.spec.containers[0];
const pods = container.env.find(one => one.name === 'PODS').value;
const results = [
  check('kubernetes.yaml is a Job', refuse(tree) === '', refuse(tree)),
  check('... and one that is none is seen', refuse(spoilt) !== '', 'it is taken for one'),
  check('... as many pods share the list as there are', tree.spec.completionMode === 'Indexed'
    && Number(pods) === tree.spec.completions, `${pods}, ${tree.spec.completions}`),
];
const failed = results.filter(held => !held).length;
console.log(`${results.length - failed} passed, ${failed} failed, 0 skipped`);
process.exit(failed ? 1 : 0);
