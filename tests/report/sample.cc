#include "tests/report/sample.h"

namespace faaslight {
namespace {

PlanModule* AddPlanned(Plan& plan, const std::string& name, bool before, bool after,
                       const std::string& importer, uint64_t code_before, uint64_t code_after) {
  PlanModule* module = plan.add_modules();
  module->set_name(name);
  module->set_loaded_before(before);
  module->set_loaded_after(after);
  module->set_importer(importer);
  module->set_rewritten(true);
  module->set_code_bytes_before(code_before);
  module->set_code_bytes_after(code_after);
  return module;
}

void AddImport(PlanModule* module, const std::string& name, uint32_t line,
               const std::string& target, const std::string& attribute, bool lazy,
               const std::string& rule, const std::string& text) {
  ImportDecision* decision = module->add_imports();
  decision->set_name(name);
  decision->set_line(line);
  decision->set_target(target);
  decision->set_attribute(attribute);
  decision->set_lazy(lazy);
  decision->mutable_reason()->set_rule(rule);
  decision->mutable_reason()->set_text(text);
}

void Decide(PlanModule* module, const std::string& qualname, uint32_t line,
            FunctionDecision::Action action, Reach reach, const std::string& rule,
            const std::string& text) {
  FunctionDecision* decision = module->add_functions();
  decision->set_qualname(qualname);
  decision->set_first_line(line);
  decision->set_action(action);
  decision->set_reach(reach);
  decision->mutable_reason()->set_rule(rule);
  decision->mutable_reason()->set_text(text);
}

}  // namespace

Module* AddModule(Trace& trace, const std::string& name, const std::string& importer, uint32_t line,
                  uint64_t self_us, uint64_t cumulative_us) {
  Module* module = trace.add_modules();
  module->set_name(name);
  module->set_root(ROOT_APP);
  module->set_kind(KIND_SOURCE);
  module->set_importer(importer);
  module->set_importer_line(line);
  module->set_phase(PHASE_INIT);
  module->set_self_us(self_us);
  module->set_cumulative_us(cumulative_us);
  module->set_completed(true);
  return module;
}

Function* AddFunction(Trace& trace, const std::string& module, const std::string& qualname,
                      uint32_t line, bool at_init, const std::vector<uint32_t>& events) {
  Function* function = trace.add_functions();
  function->set_module(module);
  function->set_qualname(qualname);
  function->set_name(qualname.substr(qualname.rfind('.') + 1));
  function->set_first_line(line);
  function->set_at_init(at_init);
  function->set_code_bytes(100 + line);
  for (const uint32_t event : events) function->add_events(event);
  return function;
}

Trace SampleTrace() {
  Trace trace;
  trace.set_format_version(1);
  trace.mutable_python()->set_version("3.11.7");
  trace.mutable_python()->set_magic("\xa7\x0d\r\n");
  trace.mutable_app()->set_directory("/var/task");
  trace.mutable_app()->set_handler("main.handler");
  trace.mutable_app()->set_handler_module("main");
  trace.add_events()->set_name("order");
  trace.add_events()->set_name("empty");

  Module* module = AddModule(trace, "encodings", "", 0, 900, 900);
  module->set_root(ROOT_STDLIB);
  module->set_phase(PHASE_PRELOAD);
  AddModule(trace, "main", "", 0, 1200, 96800)->set_code_bytes(900);
  AddModule(trace, "shop", "main", 3, 2500, 90600)->set_code_bytes(2100);
  AddModule(trace, "shop.cart", "shop", 1, 11000, 11600)->set_code_bytes(23000);
  AddModule(trace, "shop.audit", "shop.cart", 7, 600, 600)->set_code_bytes(800);
  AddModule(trace, "shop.mail", "shop", 2, 21000, 76500)->set_code_bytes(1234567);
  module = AddModule(trace, "smtplib", "shop.mail", 4, 55500, 55500);
  module->set_root(ROOT_STDLIB);
  module->set_code_bytes(70000);
  module = AddModule(trace, "json", "main", 1, 5000, 5000);
  module->set_root(ROOT_STDLIB);
  module->set_code_bytes(9000);
  module = AddModule(trace, "shop.tax", "shop.cart", 30, 700, 700);
  module->set_phase(PHASE_EVENT);
  module->set_event(0);

  AddFunction(trace, "main", "handler", 8, false, {0, 1});
  AddFunction(trace, "main", "main.<lambda>", 5, false, {});
  AddFunction(trace, "main", "refund", 20, false, {});
  AddFunction(trace, "shop.cart", "Cart.__init__", 10, false, {0, 1});
  AddFunction(trace, "shop.cart", "Cart.total", 14, false, {0});
  AddFunction(trace, "shop.cart", "Cart.discount", 22, false, {});
  AddFunction(trace, "shop.cart", "Cart.discount.<locals>.best", 24, false, {});
  AddFunction(trace, "shop.cart", "register", 40, true, {});
  AddFunction(trace, "shop.mail", "send", 9, false, {});
  AddFunction(trace, "smtplib", "SMTP.send", 900, false, {});

  Outcome* outcome = trace.add_outcomes();
  outcome->set_event(0);
  outcome->set_returned(true);
  outcome->set_result_is_json(true);
  outcome->set_result_json(R"({"total": 12.5})");
  outcome->set_duration_us(3210);
  outcome = trace.add_outcomes();
  outcome->set_event(1);
  outcome->set_exception_type("builtins.ValueError");
  outcome->set_exception_message("the cart is empty");
  outcome->set_stderr("no items\n");
  outcome->set_duration_us(450);

  ImportEffect* effect = trace.add_effects();
  effect->set_module("shop.audit");
  effect->set_target_module("shop.cart");
  effect->set_attribute("HOOKS");
  effect->set_kind(EFFECT_CONTAINER);
  effect->set_detail("list: 0 -> 1 items");
  ImportCycle* cycle = trace.add_cycles();
  cycle->add_modules("shop");
  cycle->add_modules("shop.cart");
  UntracedChild* child = trace.add_untraced_children();
  child->set_how("subprocess.Popen");
  child->set_command("/usr/bin/git");
  trace.add_warnings("1 thread was started outside threading");
  return trace;
}

Plan SamplePlan() {
  Plan plan;
  plan.set_format_version(1);
  plan.set_python_version("3.11.7");
  plan.set_python_magic("\xa7\x0d\r\n");
  plan.set_keep("traced");
  plan.set_handler("main.handler");
  plan.add_pins("shop.cart:register");

  PlanModule* main = AddPlanned(plan, "main", true, true, "", 900, 700);
  AddImport(main, "json", 1, "json", "", false, "R2",
            "used in handler, which an event entered, line 9");
  AddImport(main, "shop", 3, "shop", "", false, "R2",
            "used in handler, which an event entered, line 10");
  Decide(main, "handler", 8, FunctionDecision::KEEP, REACH_TRACED, "R1", "entered by 2 events");
  Decide(main, "refund", 20, FunctionDecision::GUARD, REACH_REACHABLE, "R1b",
         "reads sys._getframe, line 21");
  PlanModule* shop = AddPlanned(plan, "shop", true, true, "main", 2100, 2100);
  AddImport(shop, "Cart", 1, "shop.cart", "Cart", false, "R2", "used at import time, line 5");
  AddImport(shop, "send", 2, "shop.mail", "send", true, "R2", "no entered code uses it");
  PlanModule* cart = AddPlanned(plan, "shop.cart", true, true, "shop", 23000, 11000);
  AddImport(cart, "audit", 7, "shop.audit", "", true, "R2", "no entered code uses it");
  Decide(cart, "Cart.__init__", 10, FunctionDecision::KEEP, REACH_TRACED, "R1",
         "entered by 2 events");
  Decide(cart, "Cart.total", 14, FunctionDecision::KEEP, REACH_TRACED, "R1", "entered by 1 event");
  Decide(cart, "Cart.discount", 22, FunctionDecision::LAZY, REACH_REACHABLE, "R1",
         "no event entered it");
  Decide(cart, "register", 40, FunctionDecision::KEEP, REACH_TRACED, "pin", "shop.cart:register");
  Hoist* hoist = cart->add_hoists();
  hoist->set_line(7);
  hoist->set_module("shop.audit");
  hoist->mutable_reason()->set_rule("R4");
  hoist->mutable_reason()->set_text("its import changes shop.cart.HOOKS");
  AddPlanned(plan, "shop.audit", true, true, "shop.cart", 800, 800);
  PlanModule* mail = AddPlanned(plan, "shop.mail", true, false, "", 1234567, 0);
  Decide(mail, "send", 9, FunctionDecision::LAZY, REACH_UNREACHABLE, "R1", "no event entered it");
  PlanModule* smtplib = AddPlanned(plan, "smtplib", true, false, "", 70000, 0);
  smtplib->set_rewritten(false);
  PlanModule* json = AddPlanned(plan, "json", true, true, "main", 9000, 0);
  json->set_rewritten(false);
  json->mutable_reason()->set_text("it lies in the standard library");
  PlanModule* tax = AddPlanned(plan, "shop.tax", true, false, "", 0, 0);
  tax->set_rewritten(false);

  plan.mutable_verification()->set_done(true);
  plan.mutable_verification()->set_events(2);
  plan.mutable_verification()->set_loaded_on_demand_functions(1);
  plan.mutable_verification()->add_not_compared("event order: stdout");
  Holdout* refund = plan.mutable_verification()->add_holdouts();
  refund->set_event("refund");
  refund->set_functions(3);
  refund->set_modules(1);
  refund->set_original_us(12000);
  refund->set_rewritten_us(20500);
  plan.mutable_verification()->add_holdouts()->set_event("empty");
  Repair* repair = plan.add_repairs();
  repair->set_pin("shop.cart:register");
  repair->set_event("event order");
  repair->set_what("result.total");
  repair->set_original("3");
  repair->set_rewritten("2");
  plan.add_ignored_effects("shop.metrics");
  plan.add_notes("shop/legacy.py does not parse: kept as it is");
  return plan;
}

}  // namespace faaslight
