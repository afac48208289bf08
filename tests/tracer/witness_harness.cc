// Drives the effect witness without the tracer: runs a Python statement under it and prints what it
// saw as JSON.
//
// witness_harness HOME STATEMENT [PATH...]: HOME is the interpreter's prefix, PATHs go to the front
// of sys.path. Output: {"effects": [[module, target, attribute, kind, detail]...], "aliases":
// [[key, module, maker]...],
//          "boundaries": n, "seconds": CPU time in the witness, "raised": bool}
#include <Python.h>

#include <cstdio>
#include <ctime>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tracer/witness.h"

namespace {

using faaslight::tracer::EffectWitness;

// CPU time: other programs on the machine must not count.
double Now() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

struct Driver {
  std::unique_ptr<EffectWitness> witness;
  std::vector<std::string> stack;
  PyObject* find_and_load = nullptr;
  size_t boundaries = 0;
  double spent = 0;

  void Boundary() {
    const double start = Now();
    witness->Boundary(stack.back());
    spent += Now() - start;
    ++boundaries;
  }
};

Driver& TheDriver() {
  static Driver driver;
  return driver;
}

PyObject* FindAndLoad(PyObject*, PyObject* args) {
  Driver& driver = TheDriver();
  PyObject* name = PyTuple_GET_SIZE(args) > 0 ? PyTuple_GET_ITEM(args, 0) : nullptr;
  const char* text = name != nullptr && PyUnicode_Check(name) ? PyUnicode_AsUTF8(name) : nullptr;
  if (text == nullptr || PyDict_GetItemString(PyImport_GetModuleDict(), text) != nullptr) {
    return PyObject_CallObject(driver.find_and_load, args);
  }
  driver.Boundary();
  driver.stack.emplace_back(text);
  PyObject* module = PyObject_CallObject(driver.find_and_load, args);
  driver.Boundary();
  driver.stack.pop_back();
  return module;
}

PyMethodDef find_and_load_def = {"_find_and_load", FindAndLoad, METH_VARARGS, nullptr};

bool Start(const std::string& home, int count, char** paths) {
#ifdef __SANITIZE_ADDRESS__
  PyPreConfig before;  // the sanitizer must see each object, not the interpreter's arenas
  PyPreConfig_InitIsolatedConfig(&before);
  before.allocator = PYMEM_ALLOCATOR_MALLOC;
  if (PyStatus_Exception(Py_PreInitialize(&before)) != 0) return false;
#endif
  PyConfig config;
  PyConfig_InitIsolatedConfig(&config);
  config.write_bytecode = 0;
  PyConfig_SetBytesString(&config, &config.home, home.c_str());
  const PyStatus status = Py_InitializeFromConfig(&config);
  PyConfig_Clear(&config);
  if (PyStatus_Exception(status) != 0) return false;
  PyObject* path = PySys_GetObject("path");
  for (int i = 0; i < count; ++i) {
    PyObject* entry = PyUnicode_FromString(paths[i]);
    PyList_Insert(path, i, entry);
    Py_DECREF(entry);
  }
  Driver& driver = TheDriver();
  driver.stack.emplace_back("");
  driver.witness = std::make_unique<EffectWitness>();
  PyObject* bootstrap = PyImport_ImportModule("_frozen_importlib");
  driver.find_and_load = PyObject_GetAttrString(bootstrap, "_find_and_load");
  PyObject* hook = PyCFunction_New(&find_and_load_def, nullptr);
  PyObject_SetAttrString(bootstrap, "_find_and_load", hook);
  return PyErr_Occurred() == nullptr;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3 || !Start(argv[1], argc - 3, argv + 3)) {
    std::fprintf(stderr, "usage: witness_harness HOME STATEMENT [PATH...]\n");
    return 2;
  }
  Driver& driver = TheDriver();
  const double start = Now();
  const bool raised = PyRun_SimpleString(argv[2]) != 0;
  nlohmann::json out;
  out["total_seconds"] = Now() - start;
  out["raised"] = raised;
  out["boundaries"] = driver.boundaries;
  out["seconds"] = driver.spent;
  out["effects"] = nlohmann::json::array();
  out["aliases"] = nlohmann::json::array();
  for (const auto& e : driver.witness->TakeEffects(true)) {
    out["effects"].push_back({e.module, e.target_module, e.attribute, e.kind, e.detail});
  }
  for (const auto& [key, module, maker] : driver.witness->TakeAliases()) {
    out["aliases"].push_back({key, module, maker});
  }
  std::printf("%s\n", out.dump(1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
  return 0;
}
