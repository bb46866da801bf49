# The grammar of Nabla. scripts/generate.mjs compiles it to generated/grammar.ts.
#
# It is read after src/lang/layout.ts: brackets are balanced, and every statement ends with one %end, whether the text has a
# newline, a `;`, a closing brace or the end of the file there. A literal matches a token by its text, a %name by its type.
#
# Lists are left-recursive cons cells, and operators are a flat chain (src/lang/precedence.ts makes the tree): nearley takes
# quadratic time for right recursion and for its own :* and :+. A test holds this, and that no sentence has two parses.

@lexer tokens
@{% import * as tree from '../src/lang/tree.ts'; %}
@{% import * as nodes from '../src/lang/items.ts'; %}
@{% import * as declare from '../src/lang/declarations.ts'; %}

file -> declarations {% ([list]) => list %}

# src/lang/parse.ts starts here for the text of a single expression.
lone -> expression %end {% ([value]) => tree.settle(value) %}

declarations -> null {% () => null %}
  | declarations declaration {% ([before, item]) => tree.append(before, item) %}

declaration -> constant {% ([one]) => one %}
  | record {% ([one]) => one %}
  | function {% ([one]) => one %}
  | model {% ([one]) => one %}
  | import {% ([one]) => one %}
  | rule {% ([one]) => one %}

# ---- imports; `from` and `as` are words only here. %open and %close are braces that are brackets.

import -> "import" %open imported %close "from" %string %end {% ([word, , list, , , path]) => declare.importing(word, list, path) %}
  | "import" %open imported "," %close "from" %string %end {% ([word, , list, , , , path]) => declare.importing(word, list, path) %}

imported -> importedName {% ([item]) => tree.append(null, item) %}
  | imported "," importedName {% ([before, , item]) => tree.append(before, item) %}

importedName -> name {% ([name]) => declare.importedName(name, name) %}
  | name "as" name {% ([name, , local]) => declare.importedName(name, local) %}

# ---- types of records: a field ends with its line, or with a comma

record -> "type" name "=" "{" rows "}" %end {% ([word, name, , , rows, close]) => nodes.record(word, name, rows, close) %}

rows -> null {% () => null %}
  | rows row %end {% ([before, row]) => tree.append(before, row) %}

row -> fields {% ([list]) => list %}
  | fields "," {% ([list]) => list %}

fields -> field {% ([item]) => tree.append(null, item) %}
  | fields "," field {% ([before, , item]) => tree.append(before, item) %}

field -> %name ":" type {% ([token, , type]) => nodes.recordField(token, type) %}

# ---- models

model -> "model" name "{" items "}" %end {% ([word, name, , items, close]) => nodes.model(word, name, items, close) %}

items -> null {% () => null %}
  | items item {% ([before, item]) => tree.append(before, item) %}

# One item may declare several names, so it is a list.
item -> "dim" dims %end {% ([word, list]) => nodes.dims(word, list) %}
  | "data" inputs %end {% ([word, list]) => nodes.inputs(word, list) %}
  | "param" inputs %end {% ([word, list]) => nodes.inputs(word, list) %}
  | statement {% ([one]) => [one] %}
  | loss {% ([one]) => [one] %}
  | "output" binder "=" expression %end {% ([word, binder, , value]) => [nodes.binding(word, binder, value)] %}

dims -> dim {% ([item]) => tree.append(null, item) %}
  | dims "," dim {% ([before, , item]) => tree.append(before, item) %}

dim -> name {% ([name]) => ({ name }) %}
  | name "=" expression {% ([name, , value]) => ({ name, value }) %}

inputs -> input {% ([item]) => tree.append(null, item) %}
  | inputs "," input {% ([before, , item]) => tree.append(before, item) %}

input -> name ":" type {% ([name, , type]) => ({ name, type }) %}
  | name ":" type "in" range {% ([name, , type, , range]) => ({ name, type, range }) %}
  | name ":" type relation expression {% ([name, , type, relation, bound]) => ({ name, type, relation, bound }) %}

relation -> ">" {% ([token]) => token %}
  | ">=" {% ([token]) => token %}
  | "<" {% ([token]) => token %}
  | "<=" {% ([token]) => token %}

# ---- statements of models, functions and blocks

statement -> constant {% ([one]) => one %}
  | "let" binder "=" expression %end {% ([word, binder, , value]) => nodes.binding(word, binder, value) %}
  | "let" "(" names ")" "=" expression %end {% ([word, , names, , , value]) => nodes.unpacking(word, names, value) %}
  | "var" binder "=" expression %end {% ([word, binder, , value]) => nodes.variable(word, binder, value) %}
  | "var" "(" names ")" "=" expression %end {% ([word, , names, , , value]) => nodes.unpacking(word, names, value) %}
  | target "=" expression %end {% ([target, , value]) => nodes.assignment(target, null, value) %}
  | target compound expression %end {% ([target, sign, value]) => nodes.assignment(target, sign, value) %}
  | "(" targets ")" "=" expression %end {% ([open, targets, , , value]) => nodes.unpacking(open, targets, value) %}
  | "for" clauses block %end {% ([word, clauses, body]) => nodes.loop(word, clauses, body) %}
  | "while" "(" expression ")" "max" expression block %end {% ([word, , condition, , , most, body]) => nodes.whileLoop(word, condition, most, body) %}
  | choices %end {% ([choices]) => nodes.choice(choices, null) %}
  | choices "else" block %end {% ([choices, , otherwise]) => nodes.choice(choices, otherwise) %}

constant -> "const" name "=" expression %end {% ([word, name, , value]) => nodes.constant(word, name, value) %}

names -> name "," name {% ([first, , second]) => tree.append(tree.append(null, first), second) %}
  | names "," name {% ([before, , item]) => tree.append(before, item) %}

loss -> "loss" expression %end {% ([word, value]) => nodes.loss(word, value) %}

binder -> name {% ([name]) => nodes.plainBinder(name) %}
  | name "[" clauses "]" {% ([name, , clauses]) => nodes.indexBinder(name, clauses) %}
  | name ":" type {% ([name, , type]) => nodes.typedBinder(name, type) %}

targets -> target "," target {% ([first, , second]) => tree.append(tree.append(null, first), second) %}
  | targets "," target {% ([before, , item]) => tree.append(before, item) %}

target -> place {% ([one]) => one %}
  | elements {% ([one]) => one %}

place -> name {% ([name]) => name %}
  | place "." name {% ([base, , name]) => tree.member(base, name) %}
  | elements "." name {% ([base, , name]) => tree.member(base, name) %}

elements -> place "[" indices "]" {% ([base, , items, close]) => tree.index(base, items, close) %}

compound -> "+=" {% ([token]) => token %}
  | "-=" {% ([token]) => token %}
  | "*=" {% ([token]) => token %}
  | "/=" {% ([token]) => token %}

# layout.ts leaves no %end between the `}` of an `if` and `else`.
choices -> "if" "(" expression ")" block {% ([word, , condition, , then]) => tree.append(null, nodes.arm(word, condition, then)) %}
  | choices "else" "if" "(" expression ")" block {% ([before, , word, , condition, , then]) => tree.append(before, nodes.arm(word, condition, then)) %}

block -> "{" statements "}" {% ([, list, close]) => nodes.block(list, close) %}

statements -> null {% () => null %}
  | statements statement {% ([before, item]) => tree.append(before, item) %}
  | statements loss {% ([before, item]) => tree.append(before, item) %}

# ---- functions

function -> head "=" expression %end {% ([head, , value]) => nodes.fn(head, nodes.shortBody(value)) %}
  | head "{" steps return "}" %end {% ([head, , steps, value, close]) => nodes.fn(head, nodes.longBody(steps, value, close)) %}

head -> "fn" name "(" parameters ")" ":" type {% ([word, name, , list, , , type]) => nodes.functionHead(word, name, list, type) %}
  | "fn" name "(" parameters ")" ":" "(" types ")" {% ([word, name, , list, , , open, types, close]) => nodes.functionHead(word, name, list, tree.types(open, types, close)) %}

parameters -> null {% () => null %}
  | someParameters {% ([list]) => list %}
  | someParameters "," {% ([list]) => list %}

someParameters -> parameter {% ([item]) => tree.append(null, item) %}
  | someParameters "," parameter {% ([before, , item]) => tree.append(before, item) %}

parameter -> name ":" type {% ([name, , type]) => tree.parameter(name, type) %}

steps -> null {% () => null %}
  | steps statement {% ([before, item]) => tree.append(before, item) %}

return -> "return" expression %end {% ([, value]) => tree.settle(value) %}

# ---- rules: the derivative of a function

rule -> ruleHead "=" answer %end {% ([head, , answer]) => declare.rule(head, declare.shortRule(answer)) %}
  | ruleHead "{" steps "return" answer %end "}" %end {% ([head, , steps, , answer, , close]) => declare.rule(head, declare.longRule(steps, answer, close)) %}

ruleHead -> "derivative" name "(" ruleNames ")" {% ([word, name, , list]) => declare.ruleHead(word, name, list) %}
  | "adjoint" name "(" ruleNames ")" "from" name {% ([word, name, , list, , , given]) => declare.ruleHead(word, name, list, given) %}

ruleNames -> name {% ([item]) => tree.append(null, item) %}
  | ruleNames "," name {% ([before, , item]) => tree.append(before, item) %}

answer -> expression {% ([value]) => declare.loneAnswer(value) %}
  | %open partials %close {% ([open, list, close]) => declare.answer(open, list, close) %}
  | %open partials "," %close {% ([open, list, , close]) => declare.answer(open, list, close) %}

partials -> partial {% ([item]) => tree.append(null, item) %}
  | partials "," partial {% ([before, , item]) => tree.append(before, item) %}

partial -> name ":" expression {% ([name, , value]) => ({ name, value }) %}

# ---- types

types -> type "," type {% ([first, , second]) => tree.append(tree.append(null, first), second) %}
  | types "," type {% ([before, , item]) => tree.append(before, item) %}

type -> name {% ([name]) => tree.type(name, null, undefined) %}
  | name "[" expressions "]" {% ([name, , dims, close]) => tree.type(name, dims, close) %}

# ---- expressions

expression -> chain {% ([last]) => ({ branches: null, last }) %}
  | branches chain {% ([branches, last]) => ({ branches, last }) %}

branches -> chain "?" expression ":" {% ([condition, , then]) => tree.branch(null, condition, then) %}
  | branches chain "?" expression ":" {% ([before, condition, , then]) => tree.branch(before, condition, then) %}

chain -> prefixes operand {% ([prefixes, operand]) => ({ before: null, operator: null, prefixes, operand }) %}
  | chain operator prefixes operand {% ([before, operator, prefixes, operand]) => ({ before, operator, prefixes, operand }) %}

operator -> %binary {% ([token]) => token %}
  | "-" {% ([token]) => token %}

prefixes -> null {% () => null %}
  | prefixes "-" {% ([before, item]) => tree.append(before, item) %}
  | prefixes "!" {% ([before, item]) => tree.append(before, item) %}

operand -> name {% ([name]) => name %}
  | %number {% ([token]) => tree.number(token) %}
  | "true" {% ([token]) => tree.bool(token) %}
  | "false" {% ([token]) => tree.bool(token) %}
  | "(" group ")" {% ([open, group, close]) => tree.group(open, group, close) %}
  | name %open values %close {% ([type, , values, close]) => tree.construct(type, values, close) %}
  | operand "." name {% ([base, , name]) => tree.member(base, name) %}
  | name "(" arguments ")" {% ([callee, , args, close]) => tree.call(callee, args, close) %}
  | "[" listed "]" {% ([open, list, close]) => tree.list(open, list, close) %}
  | operand "[" indices "]" {% ([base, , items, close]) => tree.index(base, items, close) %}

group -> expression {% ([first]) => ({ first, others: null }) %}
  | expression "," expressions {% ([first, , others]) => ({ first, others }) %}

arguments -> null {% () => ({ list: null }) %}
  | expressions {% ([list]) => ({ list }) %}
  | expression "for" clauses guard {% ([element, , clauses, guard]) => ({ element, clauses, guard }) %}

guard -> null {% () => null %}
  | "if" expression {% ([, condition]) => condition %}

listed -> expressions {% ([list]) => ({ list }) %}
  | expression "for" clauses {% ([element, , clauses]) => ({ element, clauses }) %}

values -> someValues {% ([list]) => list %}
  | someValues "," {% ([list]) => list %}

someValues -> value {% ([item]) => tree.append(null, item) %}
  | someValues "," value {% ([before, , item]) => tree.append(before, item) %}

value -> name ":" expression {% ([name, , value]) => ({ name, value }) %}

# A comma may follow the last one.
expressions -> someExpressions {% ([list]) => list %}
  | someExpressions "," {% ([list]) => list %}

someExpressions -> expression {% ([item]) => tree.append(null, item) %}
  | someExpressions "," expression {% ([before, , item]) => tree.append(before, item) %}

indices -> index {% ([item]) => tree.append(null, item) %}
  | indices "," index {% ([before, , item]) => tree.append(before, item) %}

index -> expression {% ([at]) => ({ at }) %}
  | ":" {% ([sign]) => ({ sign }) %}
  | expression ".." {% ([from, sign]) => ({ from, sign }) %}
  | ".." expression {% ([sign, to]) => ({ sign, to }) %}
  | expression ".." expression {% ([from, sign, to]) => ({ from, sign, to }) %}

# ---- index clauses: `i in N, j in 0..i`

clauses -> clause {% ([item]) => tree.append(null, item) %}
  | clauses "," clause {% ([before, , item]) => tree.append(before, item) %}

clause -> name {% ([name]) => ({ name }) %}
  | name "in" range {% ([name, , range]) => ({ name, range }) %}

range -> expression {% ([to]) => ({ to }) %}
  | expression ".." expression {% ([from, , to]) => ({ from, to }) %}

name -> %name {% ([token]) => tree.name(token) %}
