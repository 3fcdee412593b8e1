"""Are contracts and rule books whole, and is each rule kept by the mock?"""
