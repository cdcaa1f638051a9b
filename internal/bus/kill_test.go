package bus

const childDir = "SUHE_BUS_CHILD_DIR"

func child(dir string) {}
